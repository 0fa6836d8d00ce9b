package io.deltarule.bench;

import io.deltarule.core.PeerEngine;
import io.deltarule.core.cpu.CpuBaseline;
import java.util.List;

/**
 * The most that this machine does on an engine's threads, measured in the same process.
 *
 * @param threads the engine's
 * @param sgemmGflops float32 matrix products of 512 by 512, one per thread, through the library that the engine calls
 * @param copyGbytes bytes read plus bytes written per second by a copy larger than the caches
 */
public record Ceilings(int threads, double sgemmGflops, double copyGbytes) {
    private static final int N = 512;

    static Ceilings measure(long copySize, double seconds) {
        try (CpuBaseline sgemm = CpuBaseline.multiply(N);
                Copies copy = Copies.of(copySize)) {
            Timing products =
                    Sampler.forSeconds(seconds).time(List.of(sgemm::run)).getFirst();
            Timing copies = Sampler.forSeconds(seconds).time(List.of(copy::run)).getFirst();
            return new Ceilings(
                    sgemm.threads(), sgemm.flops() / products.medianNanos(), copy.bytes() / copies.medianNanos());
        }
    }

    /** Of another library: its own products; the copy is the machine's. */
    static Ceilings of(PeerEngine peer, long copySize, double seconds) {
        try (PeerEngine.Products products = peer.products(N);
                Copies copy = Copies.of(copySize)) {
            List<Timing> rounds = Sampler.forSeconds(2 * seconds).time(List.of(products::run, copy::run));
            return new Ceilings(
                    peer.threads(),
                    products.flops() / rounds.getFirst().medianNanos(),
                    copy.bytes() / rounds.getLast().medianNanos());
        }
    }
}
