package io.deltarule.core.measure;

import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.cpu.product.ProductClock;

/**
 * How much of the CPU engine's time its matrix products take, by the engine's own clock, which is off otherwise.
 *
 * @param nanos how long it took by the clock on the wall
 * @param share the threads' time in products over all their time in it, of products that are the engine's own
 */
public record ProductShare(long nanos, double share) {
    /** Runs something of the engine once, with as many threads as it has where nobody says how many. */
    public static ProductShare of(Runnable body) {
        long begun = System.nanoTime();
        long products = ProductClock.measure(body);
        long nanos = System.nanoTime() - begun;
        return new ProductShare(nanos, (double) products / nanos / CpuEngine.defaultThreads());
    }
}
