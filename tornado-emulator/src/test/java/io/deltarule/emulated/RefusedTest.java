package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoBackendNotFound;
import uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Graphs, grids and plans that cannot work are refused before a kernel runs. */
class RefusedTest {

    static void one(KernelContext context, IntArray out) {
        out.set(context.globalIdx, 1);
    }

    static void inline(KernelContext context, IntArray out) {
        out.set(context.globalIdx, 1);
    }

    private void onInstance(KernelContext context, IntArray out) {
        out.set(context.globalIdx, ints.getSize());
    }

    private final IntArray ints = new IntArray(8);

    private TaskGraph graph() {
        return new TaskGraph("g").task("t", RefusedTest::one, new KernelContext(), ints);
    }

    private TaskGraph graphOf(Task2<KernelContext, IntArray> kernel) {
        return new TaskGraph("g").task("t", kernel, new KernelContext(), ints);
    }

    private static WorkerGrid grid(WorkerGrid grid, int x, int y) {
        grid.setLocalWork(x, y, 1);
        return grid;
    }

    private static <E extends Exception> void refused(Class<E> type, Executable action, String... parts) {
        String message = assertThrows(type, action).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), "expected \"" + part + "\" in: " + message);
        }
    }

    private void refusedGrid(WorkerGrid grid, String... parts) {
        refused(TornadoRuntimeException.class, () -> execute(graph(), new GridScheduler("g.t", grid)), parts);
    }

    private static void execute(TaskGraph graph, GridScheduler grids) throws Exception {
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grids).execute();
        }
    }

    @Test
    void twoTasksOfOneName() {
        refused(
                TornadoTaskRuntimeException.class,
                () -> graph().task("t", RefusedTest::one, new KernelContext(), ints),
                "task g.t",
                "name");
    }

    @Test
    void argumentsThatAreNoArrays() {
        refused(
                TornadoRuntimeException.class,
                () -> new TaskGraph("g").task("t", (int[] a, IntArray b) -> b.set(0, a[0]), new int[1], ints),
                "task g.t, argument 1: expected",
                "found [I");
    }

    @Test
    void transfersOfWhatIsNoArray() {
        refused(
                TornadoRuntimeException.class,
                () -> graph().transferToHost(DataTransferMode.EVERY_EXECUTION, 5),
                "task graph g, transferToHost",
                "java.lang.Integer");
        refused(TornadoRuntimeException.class, () -> graph().transferToDevice(3, ints), "3", "DataTransferMode");
    }

    @Test
    void gridsOfUnknownTasks() {
        refused(
                TornadoRuntimeException.class,
                () -> execute(graph(), new GridScheduler("g.T", new WorkerGrid1D(8))),
                "no task of plan",
                "named g.T");
    }

    @Test
    void kernelsWithoutGrid() {
        refused(
                TornadoRuntimeException.class,
                () -> execute(graph(), new GridScheduler()),
                "task g.t takes a KernelContext, but no GridScheduler");
    }

    @Test
    void groupsThatDoNotDivideTheGrid() {
        refusedGrid(grid(new WorkerGrid2D(8, 6), 8, 4), "axis y", "global size 6 is no multiple of local size 4");
    }

    @Test
    void groupsThatAreTooLarge() {
        refusedGrid(grid(new WorkerGrid2D(64, 32), 64, 32), "a group of 2048 work-items; the device allows 1024");
    }

    @Test
    void emptyGrids() {
        refusedGrid(new WorkerGrid1D(0), "axis x: expected 1 to");
    }

    @Test
    void gridsWithAnOffset() {
        WorkerGrid grid = new WorkerGrid1D(8);
        grid.setGlobalOffset(1, 0, 0);
        refusedGrid(grid, "global offset");
    }

    @Test
    void kernelsThatAreNotStatic() {
        AtomicInteger captured = new AtomicInteger(1);
        refused(
                TornadoRuntimeException.class,
                () -> Launched.run(graphOf((context, out) -> out.set(context.globalIdx, captured.get())), 8, 8),
                "static method, or a lambda that captures nothing");
        refused(
                TornadoRuntimeException.class,
                () -> Launched.run(graphOf(this::onInstance), 8, 8),
                "static method",
                "onInstance");
    }

    @Test
    void kernelsNamedLikeAWordOfOpenCl() {
        refused(TornadoRuntimeException.class, () -> Launched.run(graphOf(RefusedTest::inline), 8, 8), "inline");
    }

    @Test
    void contextsOutsideOfKernels() {
        refused(TornadoRuntimeException.class, () -> new KernelContext().localBarrier(), "only inside a kernel");
    }

    @Test
    void backendsAndDevicesThatAreNotThere() {
        refused(TornadoBackendNotFound.class, () -> TornadoExecutionPlan.getDevice(1, 0), "backend 1");
        refused(TornadoDeviceNotFound.class, () -> TornadoExecutionPlan.getDevice(0, 2), "device 2");
    }
}
