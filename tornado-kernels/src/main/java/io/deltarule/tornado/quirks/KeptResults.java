package io.deltarule.tornado.quirks;

import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;

/**
 * An execution plan of TornadoVM 5.2.0 keeps the result of each of its {@code execute()} for ever, so memory grows with
 * every decode step. {@code withGraph} makes a fresh plan object each time, whose one result goes with it.
 */
public final class KeptResults {
    private KeptResults() {}

    /** Executes one graph of a plan through a fresh object. */
    public static TornadoExecutionResult execute(TornadoExecutionPlan plan, int graph) {
        return plan.withGraph(graph).execute();
    }
}
