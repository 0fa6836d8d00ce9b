package io.deltarule.core.measure;

/**
 * A plan, or products, that run in another process. That process has the clock: what operands and results take to cross
 * over is no part of the operation.
 */
public interface SelfTimed {
    /** Nanoseconds that the last run took there. */
    long lastRunNanos();
}
