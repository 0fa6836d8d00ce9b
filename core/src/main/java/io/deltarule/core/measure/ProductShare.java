package io.deltarule.core.measure;

import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.cpu.math.WorkClock;

/**
 * How much of the CPU engine's time its own matrix products take, by the engine's own clock, which is off otherwise.
 *
 * @param workNanos of all threads together at work
 * @param productNanos of all threads together inside products; what is copied and widened for them is not counted
 * @param idleNanos of all threads together without work, or waiting for another's
 */
public record ProductShare(long workNanos, long productNanos, long idleNanos) {
    /** Runs something of the engine once, with as many threads as it has where nobody says how many. */
    public static ProductShare of(Runnable body) {
        WorkClock.Counts counts = WorkClock.measure(body);
        long all = Math.multiplyExact(counts.wall(), CpuEngine.defaultThreads());
        return new ProductShare(counts.work(), counts.products(), all - counts.work());
    }

    /** The threads' time in products over their time at work. */
    public double ofWork() {
        return (double) productNanos / workNanos;
    }
}
