package io.deltarule.bench.timing;

/**
 * How many copies of a run's operands take turns, so that no run finds them in the cache where the run before left them:
 * so many that together they are twice the last cache, and one where a single run's operands are that large already.
 */
public final class OperandRotation {
    private static final int CACHES = 2;
    private static final int MOST = 64;
    private static final long CACHE = Machine.here().cacheBytes();

    private OperandRotation() {}

    /** How many for one run's operands of so many bytes, at least 1. */
    public static int of(long bytes) {
        return of(bytes, CACHE);
    }

    public static int of(long bytes, long cache) {
        return Math.clamp(Math.ceilDiv(CACHES * cache, Math.max(1, bytes)), 1, MOST);
    }
}
