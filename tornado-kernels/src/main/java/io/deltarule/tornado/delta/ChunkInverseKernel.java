package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The triangular inverse of the chunkwise form. */
final class ChunkInverseKernel {
    /** Work-items per work-group. */
    static final int LANES = 128;

    private static final int BLOCK = 16;
    /** A lane's share of a product: so many rows of two columns. */
    private static final int ROWS = 4;

    private ChunkInverseKernel() {}

    /**
     * Inverts each chunk's unit lower triangle in place.
     *
     * <pre>
     *   A = (I + L)^{-1}:   blocks of 16 on the diagonal by forward substitution, a column per lane; then twice as large ones,
     *                       of halves 1 and 2:   A_21 = −A_22 L_21 A_11
     * </pre>
     *
     * <p>lower [chunks, HV, C, C]: L strictly below the diagonal in (the rest is not read), A out, all of it.
     *
     * <p>Parallel over: chunk × value head; lanes over the columns, then over tiles of the products. Accumulates: float. Requires: C a
     * multiple of 16 up to 64, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void chunkInverse(KernelContext context, IntArray table, FloatArray lower, int C, int signature) {
        int stride = C + 2;
        int loads = C * C / LANES;
        float[] A = context.allocateFloatLocalArray(C * stride);
        float[] merged = context.allocateFloatLocalArray(C * C / 4);
        float[] held = new float[loads];
        float[] column = new float[BLOCK];
        float[] sums = new float[ROWS * 2];
        int lane = context.localIdx;
        int base = context.groupIdx * C * C;
        boolean any = table.get(RunTable.TOKENS) > 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int i = 0; i < loads; i++) {
            int at = lane + LANES * i;
            held[i] = at % C < at / C && any ? lower.get(base + at) : 0f;
        }
        for (int i = 0; i < loads; i++) {
            int at = lane + LANES * i;
            A[at / C * stride + at % C] = held[i];
        }
        context.localBarrier();
        int top = lane / BLOCK * BLOCK;
        if (lane < C) {
            for (int i = 0; i < BLOCK; i++) {
                float sum = i == lane % BLOCK ? 1f : 0f;
                for (int m = 0; m < i; m++) {
                    sum -= A[(top + i) * stride + top + m] * column[m];
                }
                column[i] = sum;
            }
        }
        context.localBarrier();
        if (lane < C) {
            for (int i = 0; i < BLOCK; i++) {
                A[(top + i) * stride + lane] = column[i];
            }
        }
        context.localBarrier();
        for (int log = 4; 1 << log < C; log++) {
            int size = 1 << log;
            int tiles = C * size / (4 * ROWS);
            for (int tile = lane; tile < tiles; tile += LANES) {
                int c = 2 * (tile & 7) + BLOCK * ((tile >> (log + 1)) & (size / BLOCK - 1));
                int r = ROWS * ((tile >> 3) & (size / ROWS - 1));
                int corner = (tile >> (2 * log - 3)) << (log + 1);
                for (int i = 0; i < 2 * ROWS; i++) {
                    sums[i] = 0f;
                }
                for (int m = c / BLOCK * BLOCK; m < size; m++) {
                    float one = A[(corner + m) * stride + corner + c];
                    float two = A[(corner + m) * stride + corner + c + 1];
                    for (int i = 0; i < ROWS; i++) {
                        float a = A[(corner + size + r + i) * stride + corner + m];
                        sums[2 * i] += a * one;
                        sums[2 * i + 1] += a * two;
                    }
                }
                for (int i = 0; i < ROWS; i++) {
                    merged[(corner / 2 + r + i) * size + c] = sums[2 * i];
                    merged[(corner / 2 + r + i) * size + c + 1] = sums[2 * i + 1];
                }
            }
            context.localBarrier();
            for (int tile = lane; tile < tiles; tile += LANES) {
                int c = 2 * (tile & 7) + BLOCK * ((tile >> (log + 1)) & (size / BLOCK - 1));
                int r = ROWS * ((tile >> 3) & (size / ROWS - 1));
                int corner = (tile >> (2 * log - 3)) << (log + 1);
                for (int i = 0; i < 2 * ROWS; i++) {
                    sums[i] = 0f;
                }
                for (int m = 0; m < r + ROWS; m++) {
                    float one = merged[(corner / 2 + m) * size + c];
                    float two = merged[(corner / 2 + m) * size + c + 1];
                    for (int i = 0; i < ROWS; i++) {
                        float a = A[(corner + size + r + i) * stride + corner + size + m];
                        sums[2 * i] -= a * one;
                        sums[2 * i + 1] -= a * two;
                    }
                }
                for (int i = 0; i < ROWS; i++) {
                    A[(corner + size + r + i) * stride + corner + c] = sums[2 * i];
                    A[(corner + size + r + i) * stride + corner + c + 1] = sums[2 * i + 1];
                }
            }
            context.localBarrier();
        }
        for (int at = lane; at < C * C; at += LANES) {
            lower.set(base + at, A[at / C * stride + at % C]);
        }
    }
}
