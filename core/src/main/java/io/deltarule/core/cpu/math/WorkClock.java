package io.deltarule.core.cpu.math;

import java.util.concurrent.atomic.LongAdder;

/** What the engine's threads do, where somebody wants to know: the process's, and off until then. */
public final class WorkClock {
    private static final LongAdder PRODUCTS = new LongAdder();
    private static final LongAdder HELPERS = new LongAdder();
    private static final LongAdder WAITING = new LongAdder();
    private static volatile boolean on;

    private WorkClock() {}

    /**
     * Nanoseconds of a run.
     *
     * @param wall from its begin to its end
     * @param products of all threads inside the engine's own matrix products
     * @param helpers of all threads but the caller at work on items
     * @param waiting of the caller for the helpers
     */
    public record Counts(long wall, long products, long helpers, long waiting) {
        /** Of all threads, at work. */
        public long work() {
            return wall - waiting + helpers;
        }
    }

    /** Runs something with the clock on, by one thread at a time. */
    public static Counts measure(Runnable body) {
        PRODUCTS.reset();
        HELPERS.reset();
        WAITING.reset();
        on = true;
        long begun = System.nanoTime();
        try {
            body.run();
        } finally {
            on = false;
        }
        return new Counts(System.nanoTime() - begun, PRODUCTS.sum(), HELPERS.sum(), WAITING.sum());
    }

    /** When something begins, 0 where nobody wants to know. */
    public static long begin() {
        return on ? System.nanoTime() : 0;
    }

    /** Counts a product that began then. */
    public static void product(long begun) {
        count(PRODUCTS, begun);
    }

    /** Counts a helper's work that began then. */
    static void helped(long begun) {
        count(HELPERS, begun);
    }

    /** Counts the caller's wait that began then. */
    static void waited(long begun) {
        count(WAITING, begun);
    }

    private static void count(LongAdder kind, long begun) {
        if (begun != 0) {
            kind.add(System.nanoTime() - begun);
        }
    }
}
