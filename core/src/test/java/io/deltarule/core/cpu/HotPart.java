package io.deltarule.core.cpu;

import io.deltarule.core.Comparison;
import io.deltarule.core.testkit.Float32Recurrence;

/**
 * One hot part of the CPU engine with its operands, to be run again and again in one thread: what the benchmarks of
 * module jmh time. It lives here so that every build compiles it against the engine and runs it once.
 */
abstract class HotPart implements AutoCloseable {
    /** RMS error over RMS value for what is no whole recurrence: sums of float32 in another order than plain ones. */
    static final double REORDERED = Float32Recurrence.REORDERING_FLOOR;

    /** Fresh operands, outputs of NaN. */
    abstract void prepare();

    /** What is timed. What it overwrites stays near where it was, however often it runs. */
    abstract void run();

    /**
     * Judges one run after {@link #prepare} against float64.
     *
     * @throws AssertionError naming what is wrong
     */
    abstract void check();

    /** One run, judged. */
    final void verify() {
        prepare();
        run();
        check();
    }

    @Override
    public void close() {}

    final void within(Comparison comparison, double tolerance) {
        if (!comparison.within(tolerance)) {
            throw new AssertionError(this + ": " + comparison + "; tolerance " + tolerance);
        }
    }
}
