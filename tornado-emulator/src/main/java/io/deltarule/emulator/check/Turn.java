package io.deltarule.emulator.check;

/**
 * Whose turn it is. One work-item of the whole JVM runs at any time: it alone reads and writes these fields, and every
 * change of turn goes through a volatile field of {@code LaneThread}, so they need no synchronisation of their own.
 */
public final class Turn {

    /** The running work-item; null while no kernel runs, or while one is only being looked for ({@link ProbeStop}). */
    public static RunningWorkItem running;

    /** Where in the kernel it is: a number of {@link KernelLines}. */
    public static int site;

    /** Counts what orders accesses to local arrays: {@code localBarrier}. */
    public static final Clock LOCAL = new Clock();

    /** Counts what orders accesses to device arrays: {@code globalBarrier}. */
    public static final Clock GLOBAL = new Clock();

    private Turn() {}

    /**
     * Phases between barriers, numbered through all launches of the JVM. Two accesses of one phase by different
     * work-items have no order.
     */
    public static final class Clock {
        long now = 1;

        /** First phase of the running group. */
        long groupStart = 1;

        /** First phase of the running kernel launch. */
        long launchStart = 1;

        public void startLaunch() {
            launchStart = ++now;
            groupStart = now;
        }

        public void startGroup() {
            groupStart = ++now;
        }

        public void passBarrier() {
            now++;
        }
    }
}
