package io.deltarule.tornado.quirks;

/**
 * What one task graph of TornadoVM 5.2.0 holds. Past these limits it fails while the graph is built, with a buffer overflow
 * or an index out of bounds that does not say what is too much.
 */
public final class GraphLimits {
    /** Bytes in which a graph notes its tasks; no option changes it. */
    public static final int BYTES = 8192;
    /** Tasks of a graph. */
    public static final int TASKS = 256;

    /** What a task takes of the bytes besides its arguments. */
    private static final int TASK_BYTES = 15;
    /** What each argument takes. */
    private static final int ARGUMENT_BYTES = 5;

    private GraphLimits() {}

    /** What a task of so many arguments takes of {@link #BYTES}. */
    public static int bytes(int arguments) {
        return TASK_BYTES + ARGUMENT_BYTES * arguments;
    }
}
