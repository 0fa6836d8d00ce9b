package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.DeviceMatrix;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The two products of a projection's gradient: one kernel, in which the left factor lies as it is or turned. */
public final class ProductKernel {
    /** Work-items per work-group: 8 × 8, each with an 8 × 8 grid of sums in registers. */
    public static final int LANES = 64;
    /** Rows, and columns, per work-group. */
    public static final int TILE = 64;

    /** A lies as [depth, rows]. */
    public static final int TURNED = 1;
    /** C is added to. */
    public static final int ADD = 2;

    private static final int SIDE = 8;
    private static final int EACH = TILE / SIDE;
    private static final int DEPTH = 16;
    /** Odd, so that lanes that store one column of a tile do not meet in one bank. */
    private static final int STRIDE = TILE + 1;

    private static final int LOADS = TILE * DEPTH / LANES;

    private ProductKernel() {}

    /**
     * C ← A B, or C ← C + A B.
     *
     * <pre>
     *   x̄ = ȳ W        A = ȳ [tokens, out], B = W [out, in]
     *   W̄ = ȳᵀ x       A = ȳ [tokens, out], turned, B = x [tokens, in]
     * </pre>
     *
     * <p>a [rows, depth], or [depth, rows] where it is {@link #TURNED}; b [depth, columns] as {@link DeviceMatrix} has it; c [rows,
     * columns] (written, or modified). Rows or depth of 0 stand for the tokens of the run.
     *
     * <p>Parallel over: tiles of 64 × 64 of c. Accumulates: float, the depth in order. Loads of a tile are all under way before
     * the first is stored. Requires: work-groups of {@link #LANES}. Source: core.layer.MatrixOp. Oracle:
     * core.reference.backward.
     */
    public static void product(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            IntArray packed,
            FloatArray c,
            int rows,
            int depth,
            int columns,
            int bits,
            int kind,
            int signature) {
        float[] left = context.allocateFloatLocalArray(DEPTH * STRIDE);
        float[] right = context.allocateFloatLocalArray(DEPTH * STRIDE);
        float[] loaded = new float[2 * LOADS];
        float[] sums = new float[EACH * EACH];
        float[] across = new float[EACH];
        int lane = context.localIdx;
        int column = lane % SIDE;
        int row = lane / SIDE;
        int tokens = table.get(RunTable.TOKENS);
        int m = rows == 0 ? tokens : rows;
        int k = depth == 0 ? tokens : depth;
        int tiles = (columns + TILE - 1) / TILE;
        int firstRow = context.groupIdx / tiles * TILE;
        int firstColumn = context.groupIdx % tiles * TILE;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int i = 0; i < EACH * EACH; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < k; from += DEPTH) {
            for (int i = 0; i < LOADS; i++) {
                int at = lane + i * LANES;
                int d = from + at / TILE;
                int r = firstRow + at % TILE;
                int place = d * m + r;
                if ((kind & TURNED) == 0) {
                    d = from + at % DEPTH;
                    r = firstRow + at / DEPTH;
                    place = r * k + d;
                }
                float value = 0f;
                if (d < k && r < m) {
                    value = a.get(place);
                }
                loaded[i] = value;
            }
            for (int i = 0; i < LOADS; i++) {
                int at = lane + i * LANES;
                int d = from + at / TILE;
                int n = firstColumn + at % TILE;
                float value = 0f;
                if (d < k && n < columns) {
                    value = DeviceMatrix.read(b, packed, bits, d * columns + n);
                }
                loaded[LOADS + i] = value;
            }
            for (int i = 0; i < LOADS; i++) {
                int at = lane + i * LANES;
                int place = at / TILE * STRIDE + at % TILE;
                right[place] = loaded[LOADS + i];
                if ((kind & TURNED) == 0) {
                    place = at % DEPTH * STRIDE + at / DEPTH;
                }
                left[place] = loaded[i];
            }
            context.localBarrier();
            for (int d = 0; d < DEPTH; d++) {
                for (int j = 0; j < EACH; j++) {
                    across[j] = right[d * STRIDE + column + SIDE * j];
                }
                for (int i = 0; i < EACH; i++) {
                    float down = left[d * STRIDE + row + SIDE * i];
                    for (int j = 0; j < EACH; j++) {
                        sums[i * EACH + j] += down * across[j];
                    }
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < EACH; i++) {
            for (int j = 0; j < EACH; j++) {
                int r = firstRow + row + SIDE * i;
                int n = firstColumn + column + SIDE * j;
                if (r < m && n < columns) {
                    float sum = sums[i * EACH + j];
                    if ((kind & ADD) != 0) {
                        sum += c.get(r * columns + n);
                    }
                    c.set(r * columns + n, sum);
                }
            }
        }
    }
}
