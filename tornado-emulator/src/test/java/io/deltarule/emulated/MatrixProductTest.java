package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Kernels without mistakes compute what plain Java computes. */
class MatrixProductTest {

    private static final int TILE = 8;

    static void product(KernelContext context, FloatArray a, FloatArray b, FloatArray c, int n) {
        int row = context.localIdy;
        int column = context.localIdx;
        float[] tileA = context.allocateFloatLocalArray(TILE * TILE);
        float[] tileB = context.allocateFloatLocalArray(TILE * TILE);
        float sum = 0f;
        for (int tile = 0; tile < n / TILE; tile++) {
            tileA[row * TILE + column] = a.get(context.globalIdy * n + tile * TILE + column);
            tileB[row * TILE + column] = b.get((tile * TILE + row) * n + context.globalIdx);
            context.localBarrier();
            for (int k = 0; k < TILE; k++) {
                sum += tileA[row * TILE + k] * tileB[k * TILE + column];
            }
            context.localBarrier();
        }
        c.set(context.globalIdy * n + context.globalIdx, sum);
    }

    static void loopProduct(FloatArray a, FloatArray b, FloatArray c, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            for (@Parallel int j = 0; j < n; j++) {
                float sum = 0f;
                for (int k = 0; k < n; k++) {
                    sum += a.get(i * n + k) * b.get(k * n + j);
                }
                c.set(i * n + j, sum);
            }
        }
    }

    static void sumOfGroup(KernelContext context, FloatArray in, FloatArray sums) {
        float[] partial = context.allocateFloatLocalArray(64);
        int item = context.localIdx;
        partial[item] = in.get(context.globalIdx);
        for (int stride = context.localGroupSizeX / 2; stride > 0; stride /= 2) {
            context.localBarrier();
            if (item < stride) {
                partial[item] += partial[item + stride];
            }
        }
        if (item == 0) {
            sums.set(context.groupIdx, partial[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 32})
    void tilesEqualLoops(int n) throws TornadoExecutionPlanException {
        FloatArray a = random(n * n, 1);
        FloatArray b = random(n * n, 2);
        FloatArray tiled = new FloatArray(n * n);
        FloatArray looped = new FloatArray(n * n);
        TaskGraph graph = new TaskGraph("matrices")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, a, b)
                .task("tiled", MatrixProductTest::product, new KernelContext(), a, b, tiled, n)
                .task("looped", MatrixProductTest::loopProduct, a, b, looped, n)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, tiled, looped);
        WorkerGrid grid = new WorkerGrid2D(n, n);
        grid.setLocalWork(TILE, TILE, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(new GridScheduler("matrices.tiled", grid)).execute();
        }
        float[] expected = new float[n * n];
        for (int i = 0; i < n * n; i++) {
            for (int k = 0; k < n; k++) {
                expected[i] += a.get(i / n * n + k) * b.get(k * n + i % n);
            }
        }
        assertArrayEquals(expected, looped.toHeapArray());
        assertArrayEquals(expected, tiled.toHeapArray());
    }

    @Test
    void treeOfSums() throws TornadoExecutionPlanException {
        FloatArray in = new FloatArray(256);
        for (int i = 0; i < 256; i++) {
            in.set(i, i);
        }
        FloatArray sums = new FloatArray(4);
        TaskGraph graph = new TaskGraph("sums")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, in)
                .task("tree", MatrixProductTest::sumOfGroup, new KernelContext(), in, sums)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, sums);
        WorkerGrid grid = new WorkerGrid1D(256);
        grid.setLocalWork(64, 1, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(new GridScheduler("sums.tree", grid)).execute();
        }
        for (int group = 0; group < 4; group++) {
            assertEquals(64 * 64 * group + 63 * 32, sums.get(group));
        }
    }

    private static FloatArray random(int size, long seed) {
        Random random = new Random(seed);
        FloatArray array = new FloatArray(size);
        for (int i = 0; i < size; i++) {
            array.set(i, random.nextFloat() - 0.5f);
        }
        return array;
    }
}
