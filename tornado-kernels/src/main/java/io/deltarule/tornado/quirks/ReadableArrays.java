package io.deltarule.tornado.quirks;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Lets kernels read what earlier ones of their graph wrote. An array whose first kernel only writes it is made write-only on the
 * device, which OpenCL leaves undefined to read, unless its graph names it in a transfer on demand and is not the plan's only one.
 */
public final class ReadableArrays {
    private static final String GRAPH = "never";
    private static final String TASK = "nothing";

    private ReadableArrays() {}

    /** A second graph for a plan that has one, which nobody executes: it is neither compiled nor given memory. */
    public static TaskGraph companion(GridScheduler scheduler, KernelContext context) {
        FloatArray one = new FloatArray(1);
        WorkerGrid grid = new WorkerGrid1D(1);
        grid.setLocalWork(1, 1, 1);
        scheduler.addWorkerGrid(GRAPH + "." + TASK, grid);
        return new TaskGraph(GRAPH)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, one)
                .task(TASK, SharedArrays::nothing, context, one)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, one);
    }
}
