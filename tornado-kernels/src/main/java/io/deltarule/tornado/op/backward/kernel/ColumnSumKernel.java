package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Sums over tokens: what a weight that every token uses gets of each. */
public final class ColumnSumKernel {
    /** Sums per work-group. */
    public static final int COLUMNS = 32;
    /** Work-items per work-group: each sum has some lanes that share its rows. */
    public static final int LANES = 128;

    private static final int PARTS = LANES / COLUMNS;

    private ColumnSumKernel() {}

    /**
     * w̄_j ← w̄_j + Σ_r Σ_{i &lt; share} x_{r, j·share + i}.
     *
     * <p>x [tokens · perToken, width], w̄ [width / share] (modified).
     *
     * <p>Parallel over: blocks of {@link #COLUMNS} sums, lanes over a sum's rows. Accumulates: float, each lane every {@code
     * LANES / COLUMNS}-th row, then the lanes in order. Requires: work-groups of {@link #LANES}. Oracle:
     * core.reference.backward.
     */
    public static void sumRows(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray sums,
            int perToken,
            int width,
            int share,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int part = lane / COLUMNS;
        int column = context.groupIdx * COLUMNS + lane % COLUMNS;
        int columns = width / share;
        int rows = table.get(RunTable.TOKENS) * perToken;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        if (column < columns) {
            for (int r = part; r < rows; r += PARTS) {
                for (int i = 0; i < share; i++) {
                    sum += x.get(r * width + column * share + i);
                }
            }
        }
        parts[lane] = sum;
        context.localBarrier();
        if (part == 0 && column < columns) {
            sum = sums.get(column);
            for (int i = 0; i < PARTS; i++) {
                sum += parts[i * COLUMNS + lane];
            }
            sums.set(column, sum);
        }
    }
}
