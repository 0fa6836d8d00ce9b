package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Ids, many barriers, twenty arguments, and several plans at once. */
class ManyWorkItemsTest {

    static void ids(KernelContext c, IntArray out) {
        int x = c.groupIdx * c.localGroupSizeX + c.localIdx - c.globalIdx;
        int y = c.groupIdy * c.localGroupSizeY + c.localIdy - c.globalIdy;
        int z = c.groupIdz * c.localGroupSizeZ + c.localIdz - c.globalIdz;
        int number = c.globalIdx + c.globalGroupSizeX * (c.globalIdy + c.globalGroupSizeY * c.globalIdz);
        out.set(number, x == 0 && y == 0 && z == 0 ? number * c.globalGroupSizeZ : -1);
    }

    /** Every round each work-item takes its neighbour's number, so after as many rounds as items all are home. */
    static void rotate(KernelContext context, IntArray out, int rounds) {
        int[] ring = context.allocateIntLocalArray(1024);
        int item = context.localIdx;
        ring[item] = item;
        for (int i = 0; i < rounds; i++) {
            context.localBarrier();
            int next = ring[(item + 1) % context.localGroupSizeX];
            context.localBarrier();
            ring[item] = next;
        }
        out.set(context.globalIdx, ring[item]);
    }

    static void twenty(
            KernelContext context,
            IntArray out,
            int a,
            int b,
            int c,
            int d,
            int e,
            int f,
            int g,
            int h,
            int i,
            int j,
            int k,
            int l,
            int m,
            int n,
            int o,
            long p,
            float q,
            double r) {
        out.set(context.globalIdx, a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + (int) (p + q + r));
    }

    @Test
    void idsOfThreeDimensions() throws Exception {
        IntArray out = new IntArray(6 * 4 * 2);
        TaskGraph graph = new TaskGraph("g")
                .task("t", ManyWorkItemsTest::ids, new KernelContext(), out)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, out);
        WorkerGrid grid = new WorkerGrid3D(6, 4, 2);
        grid.setLocalWork(3, 2, 2);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(new GridScheduler("g.t", grid)).execute();
        }
        for (int i = 0; i < out.getSize(); i++) {
            assertEquals(2 * i, out.get(i));
        }
    }

    @Test
    void aGroupOf1024WithHundredsOfBarriers() {
        assertEquals(200, rotated(1024, 200));
        assertEquals(3, rotated(64, 64 * 5 + 3));
    }

    @Test
    void twentyArguments() {
        IntArray out = new IntArray(1);
        Launched.run(
                new TaskGraph("g")
                        .task(
                                "t",
                                ManyWorkItemsTest::twenty,
                                new KernelContext(),
                                out,
                                1,
                                2,
                                3,
                                4,
                                5,
                                6,
                                7,
                                8,
                                9,
                                10,
                                11,
                                12,
                                13,
                                14,
                                15,
                                16L,
                                17f,
                                18.0)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, out),
                1,
                1);
        assertEquals(18 * 19 / 2, out.get(0));
    }

    @Test
    void plansOfSeveralThreads() throws Exception {
        List<Callable<Integer>> runs = IntStream.range(0, 8)
                .<Callable<Integer>>mapToObj(i -> () -> rotated(32, i))
                .toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> results = threads.invokeAll(runs);
            for (int i = 0; i < results.size(); i++) {
                assertEquals(i, results.get(i).get());
            }
        }
    }

    @Test
    void interruptsAreKeptForLater() {
        Thread.currentThread().interrupt();
        assertEquals(2, rotated(8, 2));
        assertTrue(Thread.interrupted());
    }

    /** Returns what work-item 0 holds in the end. */
    private static int rotated(int groupSize, int rounds) {
        IntArray out = new IntArray(2 * groupSize);
        Launched.run(
                new TaskGraph("g")
                        .task("t", ManyWorkItemsTest::rotate, new KernelContext(), out, rounds)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, out),
                2 * groupSize,
                groupSize);
        assertEquals(out.get(0), out.get(groupSize));
        return out.get(0);
    }
}
