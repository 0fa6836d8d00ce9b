package io.deltarule.bench;

import io.deltarule.core.measure.PeerEngine;
import io.deltarule.core.measure.CpuBaseline;
import java.util.List;

/**
 * The most that a device does, measured in the same process: on a processor on the engine's threads, on an accelerator by
 * kernels in its own memory.
 *
 * @param threads the engine's; 0 on an accelerator
 * @param sgemmGflops float32 matrix products; NaN if they were wrong or broke
 * @param copyGbytes bytes read plus bytes written per second by a copy larger than the caches; NaN likewise
 * @param problem what was wrong, else null
 * @param faulty whether that is the engine's fault
 */
public record Ceilings(int threads, double sgemmGflops, double copyGbytes, String problem, boolean faulty) {
    private static final int N = 512;

    static Ceilings of(int threads, double sgemmGflops, double copyGbytes) {
        return new Ceilings(threads, sgemmGflops, copyGbytes, null, false);
    }

    static Ceilings measure(long copySize, double seconds) {
        try (CpuBaseline sgemm = CpuBaseline.multiply(N);
                Copies copy = Copies.of(copySize)) {
            Timing products =
                    Sampler.forSeconds(seconds).time(List.of(sgemm::run)).getFirst();
            Timing copies = Sampler.forSeconds(seconds).time(List.of(copy::run)).getFirst();
            return of(sgemm.threads(), sgemm.flops() / products.medianNanos(), copy.bytes() / copies.medianNanos());
        }
    }

    /** Of another library: its own products; the copy is the machine's. */
    static Ceilings of(PeerEngine peer, long copySize, double seconds) {
        try (PeerEngine.Products products = peer.products(N);
                Copies copy = Copies.of(copySize)) {
            List<Timing> rounds = Sampler.forSeconds(2 * seconds).time(List.<Runnable>of(products, copy::run));
            return of(
                    peer.threads(),
                    products.flops() / rounds.getFirst().medianNanos(),
                    copy.bytes() / rounds.getLast().medianNanos());
        }
    }
}
