package io.deltarule.tornado.quirks;

import io.deltarule.core.InvalidInputException;

/**
 * What one task graph of TornadoVM 5.2.0 holds. Past these limits it fails while the graph is built, with a buffer overflow,
 * an index out of bounds or a "resize not implemented" that does not say what is too much.
 */
public final class GraphLimits {
    /** Bytes in which a graph notes its tasks; no option changes it. */
    public static final int BYTES = 8192;
    /** Tasks of a graph. */
    public static final int TASKS = 256;

    /** Nodes of a graph. */
    public static final int NODES = 1024;

    /** What an array that a graph makes takes of the nodes: itself, its memory, its numbers, its staying, and its size. */
    private static final int NODES_MADE = 5;
    /** What an array takes of them that a task uses and the graph found: its place there, and its staying. */
    private static final int NODES_FOUND = 2;
    /** What a task takes of them: itself, what it writes, and scalars that no other has. */
    private static final int NODES_OF_TASK = 6;
    /** Those for the device, tables and what all graphs have. */
    private static final int NODES_RESERVED = 64;

    /** What a task takes of the bytes besides its arguments. */
    private static final int TASK_BYTES = 15;
    /** What each argument takes. */
    private static final int ARGUMENT_BYTES = 5;

    private GraphLimits() {}

    /**
     * How many arrays a graph can make that finds so many others.
     *
     * @throws InvalidInputException if it is none
     */
    public static int making(int found) {
        int making = (NODES - NODES_RESERVED - found) / NODES_MADE;
        if (making <= 0) {
            throw new InvalidInputException("plan: expected at most " + (NODES - NODES_RESERVED - NODES_MADE)
                    + " arrays that stay on the device, which is what a graph of TornadoVM 5.2.0 has nodes for, but there are"
                    + " more; take a program of fewer operations");
        }
        return making;
    }

    /** What tasks take of {@link #NODES} in a graph that finds so many arrays, of which they use some. */
    public static int nodes(int found, int used, int tasks) {
        return NODES_RESERVED + found + NODES_FOUND * used + NODES_OF_TASK * tasks;
    }

    /** What a task of so many arguments takes of {@link #BYTES}. */
    public static int bytes(int arguments) {
        return TASK_BYTES + ARGUMENT_BYTES * arguments;
    }
}
