package io.deltarule.emulated;

import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Matrix products that a device would compute wrongly, or not at all, are reported. */
class WarpFaultTest {

    /** A tile of zeros, as each kernel begins. */
    private static final int TILE = 128;

    static void someStayAway(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        for (int at = context.localIdx; at < TILE; at += context.localGroupSizeX) {
            tile[at] = 0;
        }
        context.localBarrier();
        float[] sums = context.mmaFragment(0f);
        HalfFloat[] a = context.mmaLoadA(tile, 16);
        HalfFloat[] b = context.mmaLoadB(tile, 16);
        if (context.localIdx % 32 < 31) {
            sums = context.mmaBF16(a, b, sums, MMAShape.M16N8K16); // product
        }
        context.mmaStore(sums, out, 0, 0, 8);
    }

    static void someWaitForTheGroup(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        for (int at = context.localIdx; at < TILE; at += context.localGroupSizeX) {
            tile[at] = 0;
        }
        context.localBarrier();
        float[] sums = context.mmaFragment(0f);
        if (context.localIdx == 40) {
            context.localBarrier(); // group
        } else {
            HalfFloat[] a = context.mmaLoadA(tile, 16); // load
            context.mmaStore(sums, out, 0, 0, 8 + a.length);
        }
    }

    static void tilesDiffer(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        for (int at = context.localIdx; at < TILE; at += context.localGroupSizeX) {
            tile[at] = 0;
        }
        context.localBarrier();
        HalfFloat[] b = context.mmaLoadB(tile, 16, context.localIdx % 32 / 16 * 256);
        out.set(context.globalIdx, b.length);
    }

    static void betweenPieces(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        tile[context.localIdx] = 0;
        context.localBarrier();
        HalfFloat[] b = context.mmaLoadB(tile, 16, 8); // pieces
        out.set(context.globalIdx, b.length);
    }

    static void pastTheEnd(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        for (int at = context.localIdx; at < TILE; at += context.localGroupSizeX) {
            tile[at] = 0;
        }
        context.localBarrier();
        HalfFloat[] a = context.mmaLoadA(tile, 16, 16); // end
        out.set(context.globalIdx, a.length);
    }

    static void notStaged(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        tile[context.localIdx] = 0;
        context.localBarrier();
        HalfFloat[] a = context.mmaLoadA(tile, 16); // unstaged
        out.set(context.globalIdx, a.length);
    }

    static void noBarrier(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        for (int at = context.localIdx; at < TILE; at += context.localGroupSizeX) {
            tile[at] = 0; // staged
        }
        HalfFloat[] a = context.mmaLoadA(tile, 16); // unordered
        out.set(context.globalIdx, a.length);
    }

    static void swapped(KernelContext context, FloatArray out) {
        int[] tile = context.allocateIntLocalArray(TILE);
        for (int at = context.localIdx; at < TILE; at += context.localGroupSizeX) {
            tile[at] = 0;
        }
        context.localBarrier();
        float[] sums = context.mmaFragment(0f);
        HalfFloat[] a = context.mmaLoadA(tile, 16);
        HalfFloat[] b = context.mmaLoadB(tile, 16);
        sums = context.mma(b, a, sums, MMAShape.M16N8K16); // swapped
        context.mmaStore(sums, out, 0, 0, 8);
    }

    static void looksInside(KernelContext context, FloatArray out) {
        float[] sums = context.mmaFragment(1f); // made
        out.set(context.globalIdx, sums[0]); // read
    }

    private static void fault(
            Task2<KernelContext, FloatArray> kernel, int groupSize, List<String> marks, String... parts) {
        FloatArray out = new FloatArray(256);
        TaskGraph graph = new TaskGraph("g").task("t", kernel, new KernelContext(), out);
        Launched.fault(graph, groupSize, groupSize, WarpFaultTest.class, marks, parts);
    }

    @Test
    void aWarpThatIsNotWhole() {
        fault(WarpFaultTest::someStayAway, 32, List.of("product"), "divergent warp", "has left the kernel");
    }

    @Test
    void aWarpThatWaitsElsewhere() {
        fault(WarpFaultTest::someWaitForTheGroup, 64, List.of("load", "group"), "divergent warp", "local (40, 0, 0)");
    }

    @Test
    void aWarpWithTwoTiles() {
        fault(WarpFaultTest::tilesDiffer, 32, List.of(), "load different tiles, at bytes 0 and 256");
    }

    @Test
    void aTileThatBeginsWhereNoneCan() {
        fault(WarpFaultTest::betweenPieces, 32, List.of("pieces"), "at byte 8", "a multiple of 16");
    }

    @Test
    void aTileThatIsNotThere() {
        fault(WarpFaultTest::pastTheEnd, 32, List.of("end"), "out-of-bounds read of local int array of 128");
    }

    @Test
    void aTileThatNobodyWrote() {
        fault(WarpFaultTest::notStaged, 32, List.of("unstaged"), "uninitialised read of local int array of 128");
    }

    @Test
    void aTileWithoutABarrier() {
        fault(
                WarpFaultTest::noBarrier,
                32,
                List.of("staged", "unordered"),
                "data race",
                "no localBarrier lies between");
    }

    @Test
    void operandsInEachOthersPlace() {
        fault(WarpFaultTest::swapped, 32, List.of("swapped"), "a left operand of 4 elements");
    }

    @Test
    void anAccumulatorsElements() {
        fault(WarpFaultTest::looksInside, 32, List.of("read", "made"), "an accumulator", "mmaStore");
    }

    @Test
    void aGroupOfHalfAWarp() {
        fault(WarpFaultTest::notStaged, 16, List.of("unstaged"), "a group of 16 work-items", "a multiple of 32");
    }
}
