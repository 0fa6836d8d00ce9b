package io.deltarule.tornado.graph;

import io.deltarule.tornado.quirks.GraphLimits;
import java.util.List;
import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * One kernel of a plan: its name, how its work is cut and its arguments. Graph and grid are both built from the same
 * list of launches, because TornadoVM does not notice a grid whose name fits no task.
 */
public final class Launch {
    private static final int UNSIGNED = -1;

    private final String name;
    private final KernelContext context;
    /** Null where the kernel signs nothing. */
    private final RunTable table;

    private final int signature;
    private final int lanes;
    private final ToIntFunction<RunTable> groups;
    private final KernelTask task;
    private final WorkerGrid grid;

    private Launch(
            String name,
            KernelContext context,
            RunTable table,
            int lanes,
            ToIntFunction<RunTable> groups,
            KernelTask task) {
        this.name = name;
        this.context = context;
        this.table = table;
        this.signature = table == null ? UNSIGNED : table.newSignature();
        this.lanes = lanes;
        this.groups = groups;
        this.task = task;
        this.grid = new WorkerGrid1D(lanes);
        grid.setLocalWork(lanes, 1, 1);
    }

    /** See {@link LaunchScope#launch}. */
    static Launch signed(LaunchScope scope, String name, int lanes, ToIntFunction<RunTable> groups, KernelTask task) {
        return new Launch(scope.prefix() + name, scope.context(), scope.run(), lanes, groups, task);
    }

    /**
     * A launch of a kernel that leaves no signature: whether it ran has to show in what it computes.
     *
     * @param name the task's name, a verb phrase of the mathematics
     * @param context the kernel's first argument
     * @param lanes work-items per work-group
     * @param groups work-groups
     * @param task the kernel and its arguments
     */
    public static Launch unsigned(String name, KernelContext context, int lanes, int groups, KernelTask task) {
        return new Launch(name, context, null, lanes, run -> groups, task);
    }

    /** The task's name. */
    String name() {
        return name;
    }

    /** Name, work-items per work-group and work-groups of the run last described, as text. */
    public String title() {
        return name + " lanes " + lanes + " groups " + groups.applyAsInt(table);
    }

    /** What it learns of a run; null for nothing. */
    RunTable table() {
        return table;
    }

    /** The arrays that its kernel is given, without the run table's. */
    public List<TornadoNativeArray> arrays() {
        return task.arrays();
    }

    /** What it takes of a graph's {@link GraphLimits#BYTES}. */
    public int bytes() {
        return GraphLimits.bytes(task.arguments());
    }

    /** Whether it left its signature in the run last described, where it leaves one. */
    boolean ran() {
        return table == null || table.signed(signature);
    }

    /** Adds the task to the graph and its grid to the scheduler, under one name. */
    void addTo(TaskGraph graph, GridScheduler scheduler) {
        task.addTo(graph, name, context, table == null ? null : table.array(), signature);
        scheduler.addWorkerGrid(graph.getTaskGraphName() + "." + name, grid);
    }

    /** Cuts the work of the run last described; TornadoVM reads the grid at each execution without recompiling. */
    void size() {
        // TornadoVM starts nothing at all for a size of 0, and then a signature would be missing.
        grid.setGlobalWork(Math.max(1L, groups.applyAsInt(table)) * lanes, 1, 1);
    }
}
