package io.deltarule.bench.result;

import io.deltarule.bench.timing.TimeBreakdown;
import io.deltarule.bench.timing.Timing;
import io.deltarule.core.DeltaEngine;

/**
 * A block of numbers to a device and back.
 *
 * @param engine which reaches the device
 * @param device one of the engine's
 * @param bytes of the block, each way
 * @param problem why it was not timed, else null
 * @param faulty whether that is the engine's fault
 * @param timing there and back with what the engine does around it; null if it was not timed
 * @param breakdown the copies alone; null where the engine does not tell
 */
public record TransferMeasurement(
        DeltaEngine engine,
        String device,
        long bytes,
        String problem,
        boolean faulty,
        Timing timing,
        TimeBreakdown breakdown) {
    /** Billions of bytes per second to the device, NaN where the engine does not tell. */
    public double inGbytes() {
        return breakdown == null ? Double.NaN : breakdown.bytesIn() / breakdown.copyInNanos();
    }

    /** Billions of bytes per second back, NaN where the engine does not tell. */
    public double outGbytes() {
        return breakdown == null ? Double.NaN : breakdown.bytesOut() / breakdown.copyOutNanos();
    }
}
