package io.deltarule.tornado.quirks;

import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Brings states to the device, where later graphs of the plan find them. */
public final class ResidentState {
    /** The name of the graph that does it. */
    public static final String GRAPH = "enter";

    private static final int AT_ONCE = 8;

    private ResidentState() {}

    /** A graph that copies the host side of the states and leaves them on the device. */
    public static TaskGraph graph(GridScheduler scheduler, KernelContext context, List<FloatArray> states) {
        TaskGraph graph = new TaskGraph(GRAPH);
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, states.toArray());
        int i = 0;
        for (; i + AT_ONCE <= states.size(); i += AT_ONCE) {
            graph.task(
                    "enterStates" + i,
                    ResidentState::enterStates,
                    context,
                    states.get(i),
                    states.get(i + 1),
                    states.get(i + 2),
                    states.get(i + 3),
                    states.get(i + 4),
                    states.get(i + 5),
                    states.get(i + 6),
                    states.get(i + 7));
            oneWorkItem(scheduler, "enterStates" + i);
        }
        for (; i < states.size(); i++) {
            graph.task("enterState" + i, ResidentState::enterState, context, states.get(i));
            oneWorkItem(scheduler, "enterState" + i);
        }
        graph.persistOnDevice(states.toArray());
        return graph;
    }

    private static void oneWorkItem(GridScheduler scheduler, String task) {
        WorkerGrid grid = new WorkerGrid1D(1);
        grid.setLocalWork(1, 1, 1);
        scheduler.addWorkerGrid(GRAPH + "." + task, grid);
    }

    /**
     * Changes nothing. A graph needs a task, and only an array that its task both reads and writes is copied in and may
     * be consumed by a graph that modifies it.
     *
     * <p>state [any] (unchanged). One work-item.
     */
    static void enterState(KernelContext context, FloatArray state) {
        state.set(context.globalIdx, state.get(context.globalIdx));
    }

    /** The same for eight states, for each task is compiled on its own. */
    static void enterStates(
            KernelContext context,
            FloatArray a,
            FloatArray b,
            FloatArray c,
            FloatArray d,
            FloatArray e,
            FloatArray f,
            FloatArray g,
            FloatArray h) {
        int at = context.globalIdx;
        a.set(at, a.get(at));
        b.set(at, b.get(at));
        c.set(at, c.get(at));
        d.set(at, d.get(at));
        e.set(at, e.get(at));
        f.set(at, f.get(at));
        g.set(at, g.get(at));
        h.set(at, h.get(at));
    }
}
