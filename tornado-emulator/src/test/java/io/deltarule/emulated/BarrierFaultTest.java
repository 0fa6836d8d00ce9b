package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Barriers wait for the whole group, and say so when it cannot come. */
class BarrierFaultTest {

    static void someLeave(KernelContext context, IntArray out) {
        if (context.localIdx >= 3) {
            return;
        }
        context.localBarrier(); // alone
        out.set(context.globalIdx, 1);
    }

    @SuppressWarnings("DuplicateBranches") // the mistake under test
    static void twoBarriers(KernelContext context, IntArray out) {
        if (context.localIdx % 2 == 0) {
            context.localBarrier(); // even
        } else {
            context.localBarrier(); // odd
        }
        out.set(context.globalIdx, 1);
    }

    static void unequalTurns(KernelContext context, IntArray out) {
        for (int i = 0; i <= context.localIdx; i++) {
            context.globalBarrier(); // turns
        }
        out.set(context.globalIdx, 1);
    }

    /** Each group leaves its loop together, but not with the others. */
    static void groupsDiffer(KernelContext context, IntArray out) {
        int[] sum = context.allocateIntLocalArray(4);
        sum[context.localIdx] = 0;
        for (int i = 0; i <= context.groupIdx; i++) {
            context.localBarrier();
            if (context.localIdx == 0) {
                sum[0] += 1;
            }
            context.localBarrier();
        }
        out.set(context.globalIdx, sum[0]);
    }

    private static void fault(TaskGraph graph, List<String> marks, String... parts) {
        Launched.fault(graph, 8, 4, BarrierFaultTest.class, marks, parts);
    }

    private final IntArray out = new IntArray(8);

    @Test
    void someHaveLeft() {
        fault(
                new TaskGraph("g").task("t", BarrierFaultTest::someLeave, new KernelContext(), out),
                List.of("alone"),
                "task g.t: divergent barrier",
                "waits at BarrierFaultTest.someLeave",
                "local (3, 0, 0)",
                "has left the kernel");
    }

    @Test
    void someWaitElsewhere() {
        fault(
                new TaskGraph("g").task("t", BarrierFaultTest::twoBarriers, new KernelContext(), out),
                List.of("even", "odd"),
                "divergent barrier");
    }

    @Test
    void someWaitMoreOften() {
        fault(
                new TaskGraph("g").task("t", BarrierFaultTest::unequalTurns, new KernelContext(), out),
                List.of("turns"),
                "divergent barrier",
                "has left the kernel");
    }

    @Test
    void groupsMayDiffer() {
        Launched.run(
                new TaskGraph("g")
                        .task("t", BarrierFaultTest::groupsDiffer, new KernelContext(), out)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, out),
                8,
                4);
        assertArrayEquals(new int[] {1, 1, 1, 1, 2, 2, 2, 2}, out.toHeapArray());
    }
}
