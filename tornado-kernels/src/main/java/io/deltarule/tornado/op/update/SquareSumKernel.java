package io.deltarule.tornado.op.update;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The first part of a sum of squares. */
final class SquareSumKernel {
    /** Work-items per work-group. */
    static final int LANES = 128;
    /** Numbers per work-group. */
    static final int BLOCK = 32768;

    private SquareSumKernel() {}

    /**
     * s_{sum + b} = Σ x² over the b-th block of {@link #BLOCK} of some numbers.
     *
     * <p>x [any], of which {@code size} numbers from {@code first} on, s [any] (written from {@code sum} on).
     *
     * <p>Parallel over: blocks, lanes over numbers. Accumulates: float, each lane its numbers, then the lanes in order. Requires:
     * work-groups of {@link #LANES}. Oracle: training.GradientNorm.
     */
    static void sumSquares(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray sums,
            int first,
            int size,
            int sum,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int from = context.groupIdx * BLOCK;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float own = 0f;
        for (int i = lane; i < BLOCK; i += LANES) {
            if (from + i < size) {
                float value = x.get(first + from + i);
                own += value * value;
            }
        }
        parts[lane] = own;
        context.localBarrier();
        if (lane == 0) {
            own = 0f;
            for (int i = 0; i < LANES; i++) {
                own += parts[i];
            }
            sums.set(sum + context.groupIdx, own);
        }
    }
}
