package io.deltarule.core.cpu.product;

import java.util.concurrent.atomic.LongAdder;

/** How long threads are in the engine's own products, where somebody wants to know: the process's, and off until then. */
public final class ProductClock {
    private static final LongAdder NANOS = new LongAdder();
    private static volatile boolean on;

    private ProductClock() {}

    /**
     * Runs something with the clock on, by one thread at a time.
     *
     * @return nanoseconds of all threads together that the products took
     */
    public static long measure(Runnable body) {
        NANOS.reset();
        on = true;
        try {
            body.run();
        } finally {
            on = false;
        }
        return NANOS.sum();
    }

    /** When a product begins, 0 where nobody wants to know. */
    static long begin() {
        return on ? System.nanoTime() : 0;
    }

    /** Counts a product that began then. */
    static void end(long begun) {
        if (begun != 0) {
            NANOS.add(System.nanoTime() - begun);
        }
    }
}
