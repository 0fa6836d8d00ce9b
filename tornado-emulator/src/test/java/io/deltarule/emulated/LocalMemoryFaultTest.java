package io.deltarule.emulated;

import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What goes wrong on local and private arrays is reported with array, index, work-item and line. */
class LocalMemoryFaultTest {

    static void readUnwritten(KernelContext context, FloatArray out) {
        float[] tile = context.allocateFloatLocalArray(8); // tile
        if (context.localIdx < 3) {
            tile[context.localIdx] = 1f;
        }
        context.localBarrier();
        out.set(context.globalIdx, tile[context.localIdx]); // unwritten local
    }

    static void readUnwrittenInt(KernelContext context, IntArray out) {
        int[] counts = context.allocateIntLocalArray(4);
        out.set(context.globalIdx, counts[context.localIdx]); // unwritten int
    }

    /** Right in its first group only, were local memory not emptied. */
    static void countOnOtherGroup(KernelContext context, IntArray out) {
        int[] seen = context.allocateIntLocalArray(4);
        if (context.groupIdx == 0) {
            seen[context.localIdx] = 1;
        }
        context.localBarrier();
        out.set(context.globalIdx, seen[context.localIdx]); // left by other group
    }

    static void readPast(KernelContext context, FloatArray out) {
        float[] tile = context.allocateFloatLocalArray(4);
        tile[context.localIdx] = 1f;
        context.localBarrier();
        out.set(context.globalIdx, tile[context.localIdx + 1]); // past local
    }

    static void writePast(KernelContext context, IntArray out) {
        byte[] tile = context.allocateByteLocalArray(4);
        tile[context.localIdx - 1] = 1; // before local
        out.set(context.globalIdx, 1);
    }

    static void unequalSizes(KernelContext context, IntArray out) {
        long[] tile = context.allocateLongLocalArray(4 + context.localIdx); // unequal
        tile[context.localIdx] = 1;
        out.set(context.globalIdx, (int) tile[context.localIdx]);
    }

    static void tooMuch(KernelContext context, IntArray out) {
        double[] most = context.allocateDoubleLocalArray(6 * 1024);
        most[context.localIdx] = 1;
        int[] more = context.allocateIntLocalArray(1); // over 48 KB
        out.set(context.globalIdx, more[0]);
    }

    static void passToHelper(KernelContext context, FloatArray out) {
        float[] tile = context.allocateFloatLocalArray(4);
        tile[context.localIdx] = 1f;
        context.localBarrier();
        out.set(context.globalIdx, first(tile)); // call with local
    }

    private static float first(float[] tile) {
        return tile[0]; // local in helper
    }

    static void privateUnwritten(KernelContext context, FloatArray out) {
        float[] sums = new float[4]; // private
        sums[0] = 1f;
        out.set(context.globalIdx, sums[0] + sums[1]); // unwritten private
    }

    static void privatePast(KernelContext context, FloatArray out) {
        float[] sums = new float[4];
        for (int i = 0; i <= 4; i++) {
            sums[i] = 0f; // past private
        }
        out.set(context.globalIdx, sums[0]);
    }

    private static void fault(TaskGraph graph, List<String> marks, String... parts) {
        Launched.fault(graph, 8, 4, LocalMemoryFaultTest.class, marks, parts);
    }

    private static TaskGraph graph() {
        return new TaskGraph("g");
    }

    private static final KernelContext CONTEXT = new KernelContext();
    private final FloatArray out = new FloatArray(8);
    private final IntArray ints = new IntArray(8);

    @Test
    void uninitialisedLocal() {
        fault(
                graph().task("t", LocalMemoryFaultTest::readUnwritten, CONTEXT, out),
                List.of("unwritten local", "tile"),
                "uninitialised read of local float array of 8",
                "at index 3: no work-item of the group wrote it before",
                "local (3, 0, 0)");
    }

    @Test
    void uninitialisedLocalInt() {
        fault(
                graph().task("t", LocalMemoryFaultTest::readUnwrittenInt, CONTEXT, ints),
                List.of("unwritten int"),
                "uninitialised read of local int array of 4");
    }

    @Test
    void whatAnotherGroupLeftIsUninitialised() {
        fault(
                graph().task("t", LocalMemoryFaultTest::countOnOtherGroup, CONTEXT, ints),
                List.of("left by other group"),
                "uninitialised read of local int array of 4",
                "group (1, 0, 0)");
    }

    @Test
    void readPastLocal() {
        fault(
                graph().task("t", LocalMemoryFaultTest::readPast, CONTEXT, out),
                List.of("past local"),
                "out-of-bounds read of local float array of 4",
                "at index 4");
    }

    @Test
    void writeBeforeLocal() {
        fault(
                graph().task("t", LocalMemoryFaultTest::writePast, CONTEXT, ints),
                List.of("before local"),
                "out-of-bounds write of local byte array of 4",
                "at index -1");
    }

    @Test
    void sizesThatDifferBetweenWorkItems() {
        fault(
                graph().task("t", LocalMemoryFaultTest::unequalSizes, CONTEXT, ints),
                List.of("unequal"),
                "where another work-item allocated");
    }

    @Test
    void moreLocalMemoryThanThereIs() {
        fault(
                graph().task("t", LocalMemoryFaultTest::tooMuch, CONTEXT, ints),
                List.of("over 48 KB"),
                "local array of 1 int elements beside 49152 bytes: a group has 49152 bytes");
    }

    @Test
    void localArrayInAnotherMethod() {
        fault(
                graph().task("t", LocalMemoryFaultTest::passToHelper, CONTEXT, out),
                List.of("local in helper", "call with local"),
                "was passed to another method");
    }

    @Test
    void uninitialisedPrivate() {
        fault(
                graph().task("t", LocalMemoryFaultTest::privateUnwritten, CONTEXT, out),
                List.of("unwritten private", "private"),
                "uninitialised read of private array of 4",
                "at index 1: devices do not set private arrays to zero");
    }

    @Test
    void writePastPrivate() {
        fault(
                graph().task("t", LocalMemoryFaultTest::privatePast, CONTEXT, out),
                List.of("past private"),
                "out-of-bounds write of private array of 4",
                "at index 4");
    }
}
