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

    private ChunkInverseKernel() {}

    /**
     * Inverts each chunk's unit lower triangle in place.
     *
     * <pre>
     *   A = (I + L)^{-1}:   A_II by forward substitution, a column per lane;
     *                       A_IJ = −A_II Σ_{J ≤ M &lt; I} L_IM A_MJ, a row of 16 × 16 blocks after the other
     * </pre>
     *
     * <p>lower [chunks, HV, C, C]: L strictly below the diagonal in (the rest is not read), A out, all of it.
     *
     * <p>Parallel over: chunk × value head; lanes over the columns of a block row. Accumulates: float. Requires: C a
     * multiple of 16 up to 64, work-groups of {@link #LANES}. Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void chunkInverse(KernelContext context, IntArray table, FloatArray lower, int C, int signature) {
        int stride = C + 1;
        float[] L = context.allocateFloatLocalArray(C * stride);
        float[] A = context.allocateFloatLocalArray(C * stride);
        float[] merged = context.allocateFloatLocalArray(BLOCK * stride);
        int lane = context.localIdx;
        int base = context.groupIdx * C * C;
        boolean any = table.get(RunTable.TOKENS) > 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int at = lane; at < C * C; at += LANES) {
            int row = at / C;
            int column = at % C;
            float value = 0f;
            if (column < row && any) {
                value = lower.get(base + at);
            }
            L[row * stride + column] = value;
            A[row * stride + column] = 0f;
        }
        context.localBarrier();
        if (lane < C) {
            int top = lane / BLOCK * BLOCK;
            for (int i = top; i < top + BLOCK; i++) {
                float sum = i == lane ? 1f : 0f;
                for (int m = top; m < i; m++) {
                    sum -= L[i * stride + m] * A[m * stride + lane];
                }
                A[i * stride + lane] = sum;
            }
        }
        context.localBarrier();
        for (int top = BLOCK; top < C; top += BLOCK) {
            for (int at = lane; at < BLOCK * top; at += LANES) {
                int row = at / top;
                int column = at % top;
                float sum = 0f;
                for (int m = column / BLOCK * BLOCK; m < top; m++) {
                    sum += L[(top + row) * stride + m] * A[m * stride + column];
                }
                merged[row * stride + column] = sum;
            }
            context.localBarrier();
            for (int at = lane; at < BLOCK * top; at += LANES) {
                int row = at / top;
                int column = at % top;
                float sum = 0f;
                for (int m = 0; m <= row; m++) {
                    sum -= A[(top + row) * stride + top + m] * merged[m * stride + column];
                }
                A[(top + row) * stride + column] = sum;
            }
            context.localBarrier();
        }
        for (int at = lane; at < C * C; at += LANES) {
            lower.set(base + at, A[at / C * stride + at % C]);
        }
    }
}
