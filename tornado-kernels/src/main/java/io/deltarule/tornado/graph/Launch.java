package io.deltarule.tornado.graph;

import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/**
 * One kernel of a plan: its name, how its work is cut and its arguments. Graph and grid are both built from the same
 * list of launches, because TornadoVM does not notice a grid whose name fits no task.
 */
public final class Launch {
    /** Adds a kernel and its arguments to a graph. */
    public interface Task {
        /**
         * Adds them under a name.
         *
         * @param graph where to
         * @param name the task's
         * @param signature which place of its {@link RunTable} the kernel signs
         */
        void add(TaskGraph graph, String name, int signature);
    }

    private final String name;
    private final RunTable table;
    private final int signature;
    private final int lanes;
    private final ToIntFunction<RunTable> groups;
    private final Task task;
    private final WorkerGrid grid;

    /**
     * @param name the task's name, a verb phrase of the mathematics
     * @param table what it learns of a run
     * @param lanes work-items per work-group
     * @param groups how many work-groups a run needs; for none, one is launched that finds nothing to do
     * @param task adds it to a graph
     */
    Launch(String name, RunTable table, int lanes, ToIntFunction<RunTable> groups, Task task) {
        this.name = name;
        this.table = table;
        this.signature = table.newSignature();
        this.lanes = lanes;
        this.groups = groups;
        this.task = task;
        this.grid = new WorkerGrid1D(lanes);
        grid.setLocalWork(lanes, 1, 1);
    }

    public String name() {
        return name;
    }

    /** Whether it left its signature in the run last described. */
    public boolean ran() {
        return table.signed(signature);
    }

    /** Adds the task to the graph and its grid to the scheduler, under one name. */
    public void addTo(TaskGraph graph, GridScheduler scheduler) {
        task.add(graph, name, signature);
        scheduler.addWorkerGrid(graph.getTaskGraphName() + "." + name, grid);
    }

    /** Cuts the work of the run last described; TornadoVM reads the grid at each execution without recompiling. */
    public void size() {
        grid.setGlobalWork(Math.max(1L, groups.applyAsInt(table)) * lanes, 1, 1);
    }
}
