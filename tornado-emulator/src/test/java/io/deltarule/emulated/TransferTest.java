package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.emulator.check.KernelFaultException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** When arrays cross between host and device, and how graphs of a plan share them. */
class TransferTest {

    static void addOne(KernelContext context, IntArray array) {
        array.set(context.globalIdx, array.get(context.globalIdx) + 1);
    }

    static void addTo(KernelContext context, IntArray array, IntArray more) {
        array.set(context.globalIdx, array.get(context.globalIdx) + more.get(context.globalIdx));
    }

    static void copy(KernelContext context, IntArray from, IntArray to) {
        to.set(context.globalIdx, from.get(context.globalIdx));
    }

    private final IntArray array = IntArray.fromElements(10, 20, 30, 40);
    private final KernelContext context = new KernelContext();

    private static TornadoExecutionPlan plan(TaskGraph... graphs) {
        WorkerGrid grid = new WorkerGrid1D(4);
        GridScheduler grids = new GridScheduler();
        TornadoExecutionPlan plan = new TornadoExecutionPlan(
                Stream.of(graphs).map(TaskGraph::snapshot).toArray(ImmutableTaskGraph[]::new));
        for (TaskGraph graph : graphs) {
            grids.addWorkerGrid(graph.getTaskGraphName() + ".t", grid);
        }
        return plan.withGridScheduler(grids);
    }

    private TaskGraph oneGraph(int toDevice, int toHost) {
        return new TaskGraph("g")
                .transferToDevice(toDevice, array)
                .task("t", TransferTest::addOne, context, array)
                .transferToHost(toHost, array);
    }

    @Test
    void firstExecutionCopiesOnce() throws Exception {
        try (TornadoExecutionPlan plan =
                plan(oneGraph(DataTransferMode.FIRST_EXECUTION, DataTransferMode.EVERY_EXECUTION))) {
            plan.execute();
            assertEquals(11, array.get(0));
            array.set(0, 500);
            plan.execute();
            assertEquals(12, array.get(0));
        }
    }

    private TornadoExecutionPlan between(int toHost, TaskGraph... more) {
        IntArray between = new IntArray(4);
        IntArray last = new IntArray(4);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, array)
                .task("t", TransferTest::copy, context, array, between)
                .task("u", TransferTest::copy, context, between, last)
                .transferToHost(toHost, between)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, last);
        TornadoExecutionPlan plan =
                plan(Stream.concat(Stream.of(graph), Stream.of(more)).toArray(TaskGraph[]::new));
        GridScheduler grids = new GridScheduler("g.t", new WorkerGrid1D(4));
        grids.addWorkerGrid("g.u", new WorkerGrid1D(4));
        if (more.length > 0) {
            grids.addWorkerGrid("h.t", new WorkerGrid1D(4));
        }
        return plan.withGridScheduler(grids).withGraph(0);
    }

    /** As TornadoVM 5.2.0 makes it: see the class ReadableArrays of the kernels. */
    @Test
    void anArrayThatItsFirstKernelOnlyWritesIsNotToBeRead() throws Exception {
        TaskGraph second = new TaskGraph("h")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, array)
                .task("t", TransferTest::addOne, context, array)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, array);
        try (TornadoExecutionPlan alone = between(DataTransferMode.UNDER_DEMAND);
                TornadoExecutionPlan notOnDemand = between(DataTransferMode.EVERY_EXECUTION, second);
                TornadoExecutionPlan good = between(DataTransferMode.UNDER_DEMAND, second)) {
            for (TornadoExecutionPlan plan : new TornadoExecutionPlan[] {alone, notOnDemand}) {
                String message =
                        assertThrows(KernelFaultException.class, plan::execute).getMessage();
                assertTrue(message.startsWith("task g.u: reads array 'from'"), message);
            }
            good.execute();
        }
    }

    @Test
    void everyExecutionCopiesAgain() throws Exception {
        try (TornadoExecutionPlan plan =
                plan(oneGraph(DataTransferMode.EVERY_EXECUTION, DataTransferMode.EVERY_EXECUTION))) {
            plan.execute();
            array.set(0, 500);
            plan.execute();
            assertArrayEquals(new int[] {501, 22, 32, 42}, array.toHeapArray());
        }
    }

    @Test
    void underDemandCopiesWhenAsked() throws Exception {
        try (TornadoExecutionPlan plan =
                plan(oneGraph(DataTransferMode.FIRST_EXECUTION, DataTransferMode.UNDER_DEMAND))) {
            TornadoExecutionResult first = plan.execute();
            plan.execute();
            assertEquals(10, array.get(0));
            first.transferToHost(array);
            assertArrayEquals(new int[] {12, 22, 32, 42}, array.toHeapArray());
        }
    }

    @Test
    void rangesCopyAPart() throws Exception {
        try (TornadoExecutionPlan plan =
                plan(oneGraph(DataTransferMode.FIRST_EXECUTION, DataTransferMode.UNDER_DEMAND))) {
            TornadoExecutionResult result = plan.execute();
            result.transferToHost(new DataRange(array).withOffset(1).withSize(2));
            assertArrayEquals(new int[] {10, 21, 31, 40}, array.toHeapArray());
            assertThrows(
                    TornadoRuntimeException.class,
                    () -> result.transferToHost(
                            new DataRange(array).withOffset(2).withSize(3)));
            assertThrows(TornadoRuntimeException.class, () -> result.transferToHost(array));
            plan.execute().transferToHost(array);
            assertEquals(12, array.get(0));
        }
    }

    @Test
    void freedMemoryIsEmpty() throws Exception {
        try (TornadoExecutionPlan plan =
                plan(oneGraph(DataTransferMode.FIRST_EXECUTION, DataTransferMode.EVERY_EXECUTION))) {
            plan.execute();
            assertEquals(16, plan.getCurrentDeviceMemoryUsage());
            plan.freeDeviceMemory();
            assertEquals(0, plan.getCurrentDeviceMemoryUsage());
            array.set(0, 70);
            plan.execute();
            assertEquals(71, array.get(0));
        }
    }

    @Test
    void closedPlansRefuse() throws Exception {
        TornadoExecutionPlan plan = plan(oneGraph(DataTransferMode.FIRST_EXECUTION, DataTransferMode.EVERY_EXECUTION));
        TornadoExecutionResult result = plan.execute();
        plan.close();
        assertThrows(TornadoRuntimeException.class, plan::execute);
        assertThrows(TornadoRuntimeException.class, () -> result.transferToHost(array));
    }

    private TaskGraph producer(boolean persists) {
        TaskGraph graph = new TaskGraph("first")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, array)
                .task("t", TransferTest::addOne, context, array);
        return persists ? graph.persistOnDevice(array) : graph;
    }

    private TaskGraph consumer(IntArray more) {
        return new TaskGraph("second")
                .consumeFromDevice("first", array)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, more)
                .task("t", TransferTest::addTo, context, array, more)
                .transferToHost(DataTransferMode.UNDER_DEMAND, array);
    }

    @Test
    void graphsShareWhatPersists() throws Exception {
        IntArray more = IntArray.fromElements(100, 100, 100, 100);
        try (TornadoExecutionPlan plan = plan(producer(true), consumer(more))) {
            plan.withGraph(0).execute();
            plan.withGraph(1).execute();
            more.init(1000);
            TornadoExecutionResult result = plan.withGraph(1).execute();
            assertEquals(10, array.get(0));
            result.transferToHost(array);
            assertArrayEquals(new int[] {1111, 1121, 1131, 1141}, array.toHeapArray());
            plan.withGraph(0).execute();
            plan.withGraph(1).execute().transferToHost(array);
            assertEquals(2112, array.get(0));
        }
    }

    /** As TornadoVM 5.2.0 does: what is consumed is sent as well where no task uses it. */
    @Test
    void aGraphSendsWhatItConsumesIfNoTaskUsesIt() throws Exception {
        IntArray other = IntArray.fromElements(0, 0, 0, 0);
        TaskGraph sender = new TaskGraph("send")
                .consumeFromDevice(array)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, array, other)
                .task("t", TransferTest::addOne, context, other);
        TaskGraph reader =
                new TaskGraph("read").consumeFromDevice(array).task("t", TransferTest::addOne, context, array);
        try (TornadoExecutionPlan plan = plan(producer(true), sender, reader)) {
            plan.withGraph(0).execute();
            assertEquals(16, plan.getCurrentDeviceMemoryUsage());
            array.init(50);
            plan.withGraph(1).execute();
            assertEquals(32, plan.getCurrentDeviceMemoryUsage(), "both graphs have one array");
            plan.withGraph(2).execute().transferToHost(array);
            assertEquals(51, array.get(0));
        }
        TaskGraph both = new TaskGraph("both")
                .consumeFromDevice(array)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, array)
                .task("t", TransferTest::addOne, context, array);
        String message = assertThrows(TornadoRuntimeException.class, () -> plan(producer(true), both))
                .getMessage();
        assertTrue(message.contains("uses it in task both.t: TornadoVM would not transfer it"), message);
    }

    @Test
    void consumingWithoutASourceIsRefused() throws Exception {
        IntArray more = new IntArray(4);
        try (TornadoExecutionPlan plan = plan(producer(true), consumer(more))) {
            refused(plan.withGraph(1), "none was");
            refused(plan.withAllGraphs(), "none was");
        }
        try (TornadoExecutionPlan plan = plan(producer(false), consumer(more))) {
            plan.withGraph(0).execute();
            refused(plan.withGraph(1), "graph first was, and does not keep it");
        }
    }

    @Test
    void whatIsFreedIsFreedForAll() throws Exception {
        try (TornadoExecutionPlan plan = plan(producer(true), consumer(new IntArray(4)))) {
            plan.withGraph(0).execute();
            plan.withGraph(1).execute();
            plan.withGraph(0).freeDeviceMemory();
            refused(plan.withGraph(1), "graph second was, and does not keep it");
        }
    }

    @Test
    void aGraphInBetweenMustHaveWhatTheNextConsumes() throws Exception {
        IntArray other = new IntArray(4);
        TaskGraph between = new TaskGraph("between")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, other)
                .task("t", TransferTest::addOne, context, other);
        try (TornadoExecutionPlan plan = plan(producer(true), consumer(other), between)) {
            plan.withGraph(0).execute();
            plan.withGraph(1).execute();
            plan.withGraph(2).execute();
            refused(plan.withGraph(1), "graph between was");
        }
    }

    @Test
    void onlyArraysOfTheSelectedGraphsAreFetched() throws Exception {
        try (TornadoExecutionPlan plan = plan(producer(true), consumer(new IntArray(4)))) {
            TornadoExecutionResult result = plan.withGraph(0).execute();
            assertThrows(TornadoRuntimeException.class, () -> result.transferToHost(new IntArray(4)));
            plan.withAllGraphs();
            assertThrows(TornadoRuntimeException.class, () -> result.transferToHost(array));
        }
    }

    @Test
    void profilerCountsBytes() throws Exception {
        try (TornadoExecutionPlan plan =
                plan(oneGraph(DataTransferMode.FIRST_EXECUTION, DataTransferMode.EVERY_EXECUTION))) {
            assertEquals(0, plan.execute().getProfilerResult().getTotalTime());
            TornadoProfilerResult profile =
                    plan.withProfiler(ProfilerMode.SILENT).execute().getProfilerResult();
            assertEquals(0, profile.getTotalBytesCopyIn());
            assertEquals(16, profile.getTotalBytesCopyOut());
            assertTrue(profile.getTotalTime() >= profile.getDeviceKernelTime());
            assertTrue(profile.getDeviceKernelTime() > 0);
        }
    }

    private static void refused(TornadoExecutionPlan plan, String part) {
        String message =
                assertThrows(TornadoRuntimeException.class, plan::execute).getMessage();
        assertTrue(message.contains(part), "expected \"" + part + "\" in: " + message);
    }
}
