package io.deltarule.bench.suite;

import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.MemoryCopies;
import io.deltarule.bench.timing.Timing;
import io.deltarule.core.measure.CpuBaseline;
import io.deltarule.core.measure.PeerEngine;
import java.util.List;

/** What a processor does at most, measured in this process on as many threads as the engine has. */
final class ProcessorProbe {
    /** Rows and columns of the factors of the matrix product. */
    private static final int PRODUCT = 512;

    private ProcessorProbe() {}

    /** The ceilings of the CPU engine: the matrix product of its library, and the machine's copy. */
    static DeviceCeilings ceilings(long copySize, double seconds) {
        try (CpuBaseline sgemm = CpuBaseline.multiply(PRODUCT);
                MemoryCopies copy = MemoryCopies.of(copySize)) {
            Timing products = InterleavedTimer.forSeconds(seconds)
                    .time(List.of(sgemm::run))
                    .getFirst();
            Timing copies = InterleavedTimer.forSeconds(seconds)
                    .time(List.of(copy::run))
                    .getFirst();
            return DeviceCeilings.of(
                    sgemm.threads(), sgemm.flops() / products.medianNanos(), copy.bytes() / copies.medianNanos());
        }
    }

    /** The ceilings of another library: its own matrix product, and the machine's copy. */
    static DeviceCeilings ceilings(PeerEngine peer, long copySize, double seconds) {
        try (PeerEngine.Products products = peer.products(PRODUCT);
                MemoryCopies copy = MemoryCopies.of(copySize)) {
            List<Timing> rounds = InterleavedTimer.forSeconds(2 * seconds).time(List.<Runnable>of(products, copy::run));
            return DeviceCeilings.of(
                    peer.threads(),
                    products.flops() / rounds.getFirst().medianNanos(),
                    copy.bytes() / rounds.getLast().medianNanos());
        }
    }
}
