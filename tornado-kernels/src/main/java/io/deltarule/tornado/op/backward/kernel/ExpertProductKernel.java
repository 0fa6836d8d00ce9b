package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.DeviceMatrix;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The products of a mixture's experts, each with the rows of its own choices: one kernel for rows and for weights. */
public final class ExpertProductKernel {
    /** Work-items per work-group: 8 × 8, each with an 8 × 8 grid of sums in registers. */
    public static final int LANES = 64;
    /** Rows, and columns, per work-group. */
    public static final int TILE = 64;

    /** C is the experts' weights and A and B are rows; else C and A are rows and B the experts' weights. */
    public static final int WEIGHTS = 1;
    /** B lies as [columns, depth]. */
    public static final int TURNED = 2;
    /** C is added to. */
    public static final int ADD = 4;

    private static final int SIDE = 8;
    private static final int EACH = TILE / SIDE;
    private static final int DEPTH = 16;
    /** Odd, so that lanes that store one column of a tile do not meet in one bank. */
    private static final int STRIDE = TILE + 1;

    private static final int LOADS = TILE * DEPTH / LANES;

    private ExpertProductKernel() {}

    /**
     * With p through the places of expert e's choices, a and b the number of places that share a row of A and of B:
     *
     * <pre>
     *   C_p ← A_{p/a} B_e, or A_{p/a} B_eᵀ where B is {@link #TURNED}        rows
     *   C_e ← Σ_p A_{p/a}ᵀ B_{p/b}                                       {@link #WEIGHTS}
     * </pre>
     *
     * added to C where {@link #ADD}.
     *
     * <p>order and begins as {@link ExpertOrderKernel} has them. Rows: A [places / a, width], B [experts, width, columns] or [experts,
     * columns, width] as {@link DeviceMatrix} has it, C [places, columns]. Weights: A [places / a, width], B [places / b, columns], C [experts,
     * width, columns]. C is written, or modified.
     *
     * <p>Parallel over: tiles of 64 × 64 of C; of rows as many as there can be, some of which find nothing to do. Accumulates: float, the
     * depth in order. Requires: work-groups of {@link #LANES}. Source: core.layer.MatrixOp. Oracle: core.reference.backward.
     */
    public static void multiplyExperts(
            KernelContext context,
            IntArray table,
            IntArray order,
            IntArray begins,
            FloatArray a,
            FloatArray b,
            IntArray packed,
            FloatArray c,
            int experts,
            int width,
            int columns,
            int leftShare,
            int rightShare,
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
        int tiles = (columns + TILE - 1) / TILE;
        int firstColumn = context.groupIdx % tiles * TILE;
        int tile = context.groupIdx / tiles;
        int expert = 0;
        int firstRow = 0;
        int begin = 0;
        int places = 0;
        int m = width;
        int k = width;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if ((kind & WEIGHTS) != 0) {
            int down = (width + TILE - 1) / TILE;
            expert = tile / down;
            firstRow = tile % down * TILE;
            begin = begins.get(expert);
            places = begins.get(expert + 1) - begin;
            k = places;
        } else {
            int passed = 0;
            for (int e = 0; e < experts; e++) {
                int from = begins.get(e);
                int own = begins.get(e + 1) - from;
                int down = (own + TILE - 1) / TILE;
                if (tile >= passed && tile < passed + down) {
                    expert = e;
                    firstRow = (tile - passed) * TILE;
                    begin = from;
                    places = own;
                }
                passed += down;
            }
            m = places;
            if (places == 0) {
                k = 0;
            }
        }
        for (int i = 0; i < EACH * EACH; i++) {
            sums[i] = 0f;
        }
        for (int depth = 0; depth < k; depth += DEPTH) {
            for (int i = 0; i < LOADS; i++) {
                int at = lane + i * LANES;
                float value = 0f;
                if ((kind & WEIGHTS) != 0) {
                    int d = depth + at / TILE;
                    int r = firstRow + at % TILE;
                    if (d < k && r < m) {
                        value = a.get(order.get(begin + d) / leftShare * width + r);
                    }
                } else {
                    int d = depth + at % DEPTH;
                    int r = firstRow + at / DEPTH;
                    if (d < k && r < m) {
                        value = a.get(order.get(begin + r) / leftShare * width + d);
                    }
                }
                loaded[i] = value;
            }
            for (int i = 0; i < LOADS; i++) {
                int at = lane + i * LANES;
                int d = depth + at / TILE;
                int n = firstColumn + at % TILE;
                int place = (expert * width + d) * columns + n;
                if ((kind & TURNED) != 0) {
                    d = depth + at % DEPTH;
                    n = firstColumn + at / DEPTH;
                    place = (expert * columns + n) * width + d;
                }
                float value = 0f;
                if (d < k && n < columns) {
                    if ((kind & WEIGHTS) != 0) {
                        place = order.get(begin + d) / rightShare * columns + n;
                    }
                    value = DeviceMatrix.read(b, packed, bits, place);
                }
                loaded[LOADS + i] = value;
            }
            for (int i = 0; i < LOADS; i++) {
                int at = lane + i * LANES;
                int straight = at / TILE * STRIDE + at % TILE;
                int turned = at % DEPTH * STRIDE + at / DEPTH;
                left[(kind & WEIGHTS) != 0 ? straight : turned] = loaded[i];
                right[(kind & TURNED) == 0 ? straight : turned] = loaded[LOADS + i];
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
            int r = firstRow + row + SIDE * i;
            int base = expert * width + r;
            if (r < m) {
                if ((kind & WEIGHTS) == 0) {
                    base = order.get(begin + r);
                }
                for (int j = 0; j < EACH; j++) {
                    int n = firstColumn + column + SIDE * j;
                    if (n < columns) {
                        float sum = sums[i * EACH + j];
                        if ((kind & ADD) != 0) {
                            sum += c.get(base * columns + n);
                        }
                        c.set(base * columns + n, sum);
                    }
                }
            }
        }
    }
}
