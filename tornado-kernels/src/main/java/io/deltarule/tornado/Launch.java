package io.deltarule.tornado;

import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/**
 * One kernel of a plan: its name, how its work is cut and its arguments. Graph and grid are both built from the same
 * list of launches, because TornadoVM does not notice a grid whose name fits no task.
 */
final class Launch {
    private final String name;
    private final int kernel;
    private final int lanes;
    private final ToIntFunction<RunTable> groups;
    private final BiConsumer<TaskGraph, String> task;
    private final WorkerGrid grid;

    /**
     * @param name the task's name, a verb phrase of the mathematics
     * @param kernel which place in {@link RunTable} it signs
     * @param lanes work-items per work-group
     * @param groups how many work-groups a run needs
     * @param task adds the kernel and its arguments to a graph under the given name
     */
    Launch(String name, int kernel, int lanes, ToIntFunction<RunTable> groups, BiConsumer<TaskGraph, String> task) {
        this.name = name;
        this.kernel = kernel;
        this.lanes = lanes;
        this.groups = groups;
        this.task = task;
        this.grid = new WorkerGrid1D(lanes);
        grid.setLocalWork(lanes, 1, 1);
    }

    String name() {
        return name;
    }

    /** Whether it left its signature in the run last described. */
    boolean ran(RunTable table) {
        return table.signed(kernel);
    }

    /** Adds the task to the graph and its grid to the scheduler, under one name. */
    void addTo(TaskGraph graph, GridScheduler scheduler) {
        task.accept(graph, name);
        scheduler.addWorkerGrid(graph.getTaskGraphName() + "." + name, grid);
    }

    /** Cuts the work of the run last described; TornadoVM reads the grid at each execution without recompiling. */
    void size(RunTable table) {
        grid.setGlobalWork((long) groups.applyAsInt(table) * lanes, 1, 1);
    }
}
