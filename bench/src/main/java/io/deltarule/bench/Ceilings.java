package io.deltarule.bench;

import io.deltarule.core.cpu.CpuBaseline;
import java.util.List;

/**
 * The most that this machine does on the CPU engine's threads, measured in the same process.
 *
 * @param threads the CPU engine's
 * @param sgemmGflops float32 matrix products of 512 by 512, one per thread, through OpenBLAS
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
}
