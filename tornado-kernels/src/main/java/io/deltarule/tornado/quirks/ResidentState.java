package io.deltarule.tornado.quirks;

import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Brings states to the device, where later graphs of the plan find them. */
public final class ResidentState {
    /** The name of the graph that does it. */
    public static final String GRAPH = "enter";

    private static final int AT_ONCE = 8;

    private ResidentState() {}

    /** A graph that copies the host side of the states and leaves them on the device. */
    public static TaskGraph graph(GridScheduler scheduler, KernelContext context, List<FloatArray> states) {
        TaskGraph graph = new TaskGraph(GRAPH);
        enter(graph, GRAPH, scheduler, context, states);
        return graph;
    }

    /**
     * Has a graph bring arrays and leave them on the device.
     *
     * @param name the graph's
     */
    public static void enter(
            TaskGraph graph,
            String name,
            GridScheduler scheduler,
            KernelContext context,
            List<? extends TornadoNativeArray> arrays) {
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, arrays.toArray());
        List<FloatArray> floats = arrays.stream()
                .filter(FloatArray.class::isInstance)
                .map(FloatArray.class::cast)
                .toList();
        int i = 0;
        for (; i + AT_ONCE <= floats.size(); i += AT_ONCE) {
            String task = "enterStates" + i;
            graph.task(
                    task,
                    ResidentState::enterStates,
                    context,
                    floats.get(i),
                    floats.get(i + 1),
                    floats.get(i + 2),
                    floats.get(i + 3),
                    floats.get(i + 4),
                    floats.get(i + 5),
                    floats.get(i + 6),
                    floats.get(i + 7));
            oneWorkItem(scheduler, name + "." + task);
        }
        for (; i < floats.size(); i++) {
            graph.task("enterState" + i, ResidentState::enterState, context, floats.get(i));
            oneWorkItem(scheduler, name + ".enterState" + i);
        }
        for (int j = 0; j < arrays.size(); j++) {
            if (arrays.get(j) instanceof IntArray ints) {
                graph.task("enterInts" + j, ResidentState::enterInts, context, ints);
                oneWorkItem(scheduler, name + ".enterInts" + j);
            }
            if (arrays.get(j) instanceof LongArray longs) {
                graph.task("enterLongs" + j, ResidentState::enterLongs, context, longs);
                oneWorkItem(scheduler, name + ".enterLongs" + j);
            }
        }
        graph.persistOnDevice(arrays.toArray());
    }

    private static void oneWorkItem(GridScheduler scheduler, String task) {
        WorkerGrid grid = new WorkerGrid1D(1);
        grid.setLocalWork(1, 1, 1);
        scheduler.addWorkerGrid(task, grid);
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

    /** The same for integers. */
    static void enterInts(KernelContext context, IntArray state) {
        state.set(context.globalIdx, state.get(context.globalIdx));
    }

    /** The same for 64-bit integers. */
    static void enterLongs(KernelContext context, LongArray state) {
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
