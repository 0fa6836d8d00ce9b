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

    /** The ceilings beside the CPU engine, whose library's matrix product is one number more. */
    static DeviceCeilings ceilings(long copySize, double seconds) {
        try (CpuBaseline sgemm = CpuBaseline.multiply(PRODUCT)) {
            return ceilings(sgemm::run, sgemm.flops(), sgemm.threads(), copySize, seconds);
        }
    }

    /** The same beside another library, and its own matrix product. */
    static DeviceCeilings ceilings(PeerEngine peer, long copySize, double seconds) {
        try (PeerEngine.Products products = peer.products(PRODUCT)) {
            return ceilings(products, products.flops(), peer.threads(), copySize, seconds);
        }
    }

    private static DeviceCeilings ceilings(
            Runnable sgemm, double sgemmFlops, int threads, long copySize, double seconds) {
        try (CpuBaseline multiplyAdds = CpuBaseline.multiplyAdds();
                CpuBaseline read = CpuBaseline.read(copySize);
                MemoryCopies copy = MemoryCopies.of(copySize)) {
            Timing adds = time(multiplyAdds::run, seconds / 2);
            Timing reads = time(read::run, seconds / 2);
            Timing copies = time(copy::run, seconds);
            Timing products = time(sgemm, seconds);
            return DeviceCeilings.ofProcessor(
                    threads,
                    multiplyAdds.flops() / adds.p10Nanos(), // whatever else runs only slows it down
                    read.bytes() / reads.medianNanos(),
                    copy.bytes() / copies.medianNanos(),
                    adds.p10Nanos() / adds.p90Nanos(),
                    sgemmFlops / products.medianNanos());
        }
    }

    private static Timing time(Runnable body, double seconds) {
        return InterleavedTimer.forSeconds(seconds).time(List.of(body)).getFirst();
    }
}
