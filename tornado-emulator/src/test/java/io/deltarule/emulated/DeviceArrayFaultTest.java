package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What goes wrong on device arrays is reported with array, index, work-item and line. */
class DeviceArrayFaultTest {

    static void copyShifted(KernelContext context, FloatArray in, FloatArray out, int by) {
        float value = in.get(context.globalIdx + by); // shifted read
        out.set(context.globalIdx, value);
    }

    static void writePast(KernelContext context, IntArray out) {
        out.set(context.globalIdx + 5, 1); // write past
    }

    static void readInHelper(KernelContext context, FloatArray in, FloatArray out) {
        out.set(context.globalIdx, doubled(in, context.globalIdx * 2)); // call of helper
    }

    private static float doubled(FloatArray in, int index) {
        return 2f * in.get(index); // read in helper
    }

    static void divide(KernelContext context, IntArray in, IntArray out) {
        out.set(context.globalIdx, 1 / in.get(context.globalIdx)); // division
    }

    static void writeHalf(KernelContext context, FloatArray out) {
        if (context.globalIdx % 2 == 0) {
            out.set(context.globalIdx, 1f);
        }
    }

    static void takeSegment(KernelContext context, FloatArray in) {
        in.getSegment().fill((byte) context.globalIdx.intValue()); // segment
    }

    private static TaskGraph shifted(int by, boolean transferred) {
        FloatArray in = new FloatArray(8);
        FloatArray out = new FloatArray(8);
        TaskGraph graph = new TaskGraph("g");
        if (transferred) {
            graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, in);
        }
        return graph.task("t", DeviceArrayFaultTest::copyShifted, new KernelContext(), in, out, by)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, out);
    }

    private static String fault(TaskGraph graph, String mark, String... parts) {
        return Launched.fault(graph, 8, 4, DeviceArrayFaultTest.class, List.of(mark), parts);
    }

    @Test
    void readPastTheEnd() {
        fault(
                shifted(1, true),
                "shifted read",
                "task g.t: out-of-bounds read of array 'in', argument 2 (FloatArray of 8) at index 8",
                "work-item (7, 0, 0): local (3, 0, 0) of group (1, 0, 0)");
    }

    @Test
    void readBeforeTheStart() {
        fault(shifted(-1, true), "shifted read", "array 'in', argument 2 (FloatArray of 8) at index -1", "(0, 0, 0)");
    }

    @Test
    void writePastTheEnd() {
        IntArray out = new IntArray(8);
        fault(
                new TaskGraph("g").task("t", DeviceArrayFaultTest::writePast, new KernelContext(), out),
                "write past",
                "out-of-bounds write of array 'out', argument 2 (IntArray of 8) at index");
    }

    @Test
    void missingTransferToDevice() {
        fault(
                shifted(0, false),
                "shifted read",
                "uninitialised read of array 'in', argument 2 (FloatArray of 8)",
                "neither transferToDevice nor a kernel wrote it");
    }

    @Test
    void helpersAndTheirCallersAreNamed() {
        FloatArray in = new FloatArray(8);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, in)
                .task("t", DeviceArrayFaultTest::readInHelper, new KernelContext(), in, new FloatArray(8));
        Launched.fault(
                graph, 8, 4, DeviceArrayFaultTest.class, List.of("read in helper", "call of helper"), "out-of-bounds");
    }

    @Test
    void exceptionsOfTheKernelItself() {
        IntArray in = new IntArray(8);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, in)
                .task("t", DeviceArrayFaultTest::divide, new KernelContext(), in, new IntArray(8));
        fault(graph, "division", "java.lang.ArithmeticException: / by zero", "work-item");
    }

    @Test
    void segmentsAreForTheHost() {
        FloatArray in = new FloatArray(8);
        fault(
                new TaskGraph("g").task("t", DeviceArrayFaultTest::takeSegment, new KernelContext(), in),
                "segment",
                "getSegment of array 'in'");
    }

    @Test
    void missingTransferToHostLeavesTheHostAlone() {
        FloatArray out = FloatArray.fromElements(7f, 7f, 7f, 7f);
        Launched.run(new TaskGraph("g").task("t", DeviceArrayFaultTest::writeHalf, new KernelContext(), out), 4, 4);
        assertArrayEquals(new float[] {7f, 7f, 7f, 7f}, out.toHeapArray());
    }

    @Test
    void unwrittenElementsReachTheHostAsGarbage() {
        FloatArray out = FloatArray.fromElements(7f, 7f, 7f, 7f);
        Launched.run(
                new TaskGraph("g")
                        .task("t", DeviceArrayFaultTest::writeHalf, new KernelContext(), out)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, out),
                4,
                4);
        assertEquals(1f, out.get(0));
        assertTrue(Float.isNaN(out.get(1)), "nothing wrote element 1, found " + out.get(1));
    }
}
