package io.deltarule.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What shows the most that a device does: a copy and a matrix product. Not part of any plan. */
final class CeilingKernels {
    /** Work-items per work-group of either kernel. */
    static final int LANES = 256;

    /** Numbers that a work-item of the copy moves. */
    static final int MOVED = 4;

    /** Rows, and columns, of the product per work-group: 16 × 16 work-items with an 8 × 8 grid of sums each. */
    static final int TILE = 128;

    private static final int SIDE = 16;
    private static final int EACH = TILE / SIDE;
    private static final int DEPTH = 16;
    private static final int STRIDE = TILE + 4;

    private CeilingKernels() {}

    /**
     * y ← x. Neighbours move neighbouring numbers.
     *
     * <p>x [count], y [count] (written). Parallel over: every number, {@link #MOVED} per work-item. Requires: work-groups of
     * {@link #LANES}.
     */
    static void copy(KernelContext context, FloatArray x, FloatArray y, int count) {
        int first = context.groupIdx * LANES * MOVED + context.localIdx;
        for (int i = 0; i < MOVED; i++) {
            int at = first + i * LANES;
            if (at < count) {
                y.set(at, x.get(at));
            }
        }
    }

    /**
     * C ← A B: tiles of both meet in local memory, sums stay in registers.
     *
     * <p>a [n, n], b [n, n], c [n, n] (written). Parallel over: tiles of 128 × 128 of c. Accumulates: float. Requires:
     * work-groups of {@link #LANES}.
     */
    static void multiply(KernelContext context, FloatArray a, FloatArray b, FloatArray c, int n) {
        float[] rows = context.allocateFloatLocalArray(DEPTH * STRIDE);
        float[] columns = context.allocateFloatLocalArray(DEPTH * STRIDE);
        float[] sums = new float[EACH * EACH];
        float[] right = new float[EACH];
        int lane = context.localIdx;
        int column = lane % SIDE;
        int row = lane / SIDE;
        int tiles = (n + TILE - 1) / TILE;
        int firstRow = context.groupIdx / tiles * TILE;
        int firstColumn = context.groupIdx % tiles * TILE;
        for (int i = 0; i < EACH * EACH; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < n; from += DEPTH) {
            for (int at = lane; at < TILE * DEPTH; at += LANES) {
                int r = firstRow + at / DEPTH;
                int d = from + at % DEPTH;
                float left = 0f;
                if (r < n && d < n) {
                    left = a.get(r * n + d);
                }
                rows[at % DEPTH * STRIDE + at / DEPTH] = left;
            }
            for (int at = lane; at < TILE * DEPTH; at += LANES) {
                int d = from + at / TILE;
                int k = firstColumn + at % TILE;
                float value = 0f;
                if (d < n && k < n) {
                    value = b.get(d * n + k);
                }
                columns[at / TILE * STRIDE + at % TILE] = value;
            }
            context.localBarrier();
            for (int d = 0; d < DEPTH; d++) {
                for (int j = 0; j < EACH; j++) {
                    right[j] = columns[d * STRIDE + column + SIDE * j];
                }
                for (int i = 0; i < EACH; i++) {
                    float left = rows[d * STRIDE + row + SIDE * i];
                    for (int j = 0; j < EACH; j++) {
                        sums[i * EACH + j] += left * right[j];
                    }
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < EACH; i++) {
            for (int j = 0; j < EACH; j++) {
                int r = firstRow + row + SIDE * i;
                int k = firstColumn + column + SIDE * j;
                if (r < n && k < n) {
                    c.set(r * n + k, sums[i * EACH + j]);
                }
            }
        }
    }
}
