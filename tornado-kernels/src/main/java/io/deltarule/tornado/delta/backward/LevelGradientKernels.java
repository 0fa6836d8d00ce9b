package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The backward of what log-linear states weigh. */
final class LevelGradientKernels {
    /** Work-items per work-group of {@link #levelScoreGradients}. */
    static final int LANES = 128;
    /** Work-items per work-group of {@link #levelWeightGradients}. */
    static final int ROW_LANES = 32;

    private LevelGradientKernels() {}

    /**
     * The gradients of a token's weights, 0 for levels that are not there.
     *
     * <pre>
     *   dλ_i^(ℓ) = Σ_{j ≤ i, level(i, j) = ℓ} N_ij pairs_ij        within the chunk
     *   dλ_i^(ℓ) = dO_i · reads_i^(ℓ)                              of a state from before it
     * </pre>
     *
     * <p>dO [tokens, HV, V], products = N and pairs = dO uᵀ [chunks, HV, C, C] (on and below the diagonal), reads [live states, HV,
     * C, V], dLambda [tokens, HV, L] (written).
     *
     * <p>Parallel over: chunk × value head × row. Accumulates: float. Requires: work-groups of {@link #ROW_LANES}. Source:
     * docs/math/log-linear.md. Oracle: core.reference.
     */
    static void levelWeightGradients(
            KernelContext context,
            IntArray table,
            FloatArray dO,
            FloatArray products,
            FloatArray pairs,
            FloatArray reads,
            FloatArray dLambda,
            int V,
            int C,
            int n,
            int HV,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(ROW_LANES);
        int lane = context.localIdx;
        int row = context.groupIdx % C;
        int block = context.groupIdx / C;
        int head = block % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int length = table.get(entry + 1);
        int m = table.get(entry) + row;
        int to = (m / n * HV + head) * table.get(RunTable.LEVELS);
        int levels = table.get(RunTable.CHUNK_LEVELS) + 3 * (block / HV);
        int position = table.get(levels);
        int live = table.get(levels + 1) - table.get(RunTable.FIRST_LIVE);
        int L = 0;
        if (row < length && m % n == n - 1) {
            L = table.get(RunTable.LEVELS);
        }
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int level = 0; level < L; level++) {
            float sum = 0f;
            for (int j = lane; j <= row; j += ROW_LANES) {
                if (LevelLookup.of(row / n, j / n) == level) {
                    int at = (block * C + row) * C + j;
                    sum += products.get(at) * pairs.get(at);
                }
            }
            if (level > 0 && LevelLookup.live(position, level)) {
                int from = ((live * HV + head) * C + row) * V;
                for (int c = lane; c < V; c += ROW_LANES) {
                    sum += dO.get((m / n * HV + head) * V + c) * reads.get(from + c);
                }
                live++;
            }
            parts[lane] = sum;
            context.localBarrier();
            if (lane == 0) {
                sum = 0f;
                for (int i = 0; i < ROW_LANES; i++) {
                    sum += parts[i];
                }
                dLambda.set(to + level, sum);
            }
            context.localBarrier();
        }
    }

    /**
     * What the weighed reads of a chunk's own rows give to the gradients of its scores.
     *
     * <pre>
     *   dN_ij = λ_i^(ℓ) pairs_ij, ℓ the level of the tokens of i and j        dM = dN Aᵀ        −dL = Nᵀ dM
     * </pre>
     *
     * <p>λ [tokens, HV, L], pairs = dO uᵀ, products = N, inverse = A [chunks, HV, C, C] (on and below the diagonal); overlaps:
     * dM is added, erased: −dL is added, likewise. With {@link KernelFlags#NOTHING_ERASED} A = 1: overlaps = dM is written, all of it, inverse is
     * unread and erased left alone.
     *
     * <p>Parallel over: chunk × value head; lanes over the C × C numbers. Accumulates: float. Requires: work-groups of {@link
     * #LANES}. Source: docs/math/log-linear.md. Oracle: core.reference.
     */
    static void levelScoreGradients(
            KernelContext context,
            IntArray table,
            FloatArray lambda,
            FloatArray pairs,
            FloatArray products,
            FloatArray inverse,
            FloatArray overlaps,
            FloatArray erased,
            int C,
            int n,
            int HV,
            int flags,
            int signature) {
        int stride = C + 1;
        float[] left = context.allocateFloatLocalArray(C * stride);
        float[] right = context.allocateFloatLocalArray(C * stride);
        int own = C * C / LANES;
        float[] sums = new float[own];
        int lane = context.localIdx;
        int base = context.groupIdx * C * C;
        int head = context.groupIdx % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * (context.groupIdx / HV);
        int first = table.get(entry);
        int length = table.get(entry + 1);
        int L = table.get(RunTable.LEVELS);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        for (int at = lane; at < C * C; at += LANES) {
            int row = at / C;
            int column = at % C;
            int m = first + row;
            float gradient = 0f;
            float solved = 0f;
            if (column <= row && row < length) {
                if (m % n == n - 1) {
                    gradient = pairs.get(base + at)
                            * lambda.get((m / n * HV + head) * L + LevelLookup.of(row / n, column / n));
                }
                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                    solved = inverse.get(base + at);
                }
            }
            left[row * stride + column] = gradient;
            right[row * stride + column] = solved;
        }
        context.localBarrier();
        for (int i = 0; i < own; i++) {
            int row = (lane + i * LANES) / C;
            int column = (lane + i * LANES) % C;
            float sum = 0f;
            if ((flags & KernelFlags.NOTHING_ERASED) != 0) {
                sum = left[row * stride + column];
            } else {
                for (int j = 0; j <= column; j++) {
                    sum += left[row * stride + j] * right[column * stride + j];
                }
            }
            sums[i] = sum;
            int to = base + lane + i * LANES;
            if ((flags & KernelFlags.NOTHING_ERASED) != 0) {
                overlaps.set(to, sum);
            } else {
                if (column <= row && row < length) {
                    overlaps.set(to, overlaps.get(to) + sum);
                }
            }
        }
        if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
            context.localBarrier();
            for (int i = 0; i < own; i++) {
                int at = lane + i * LANES;
                float product = 0f;
                if (at % C <= at / C && at / C < length) {
                    product = products.get(base + at);
                }
                left[at / C * stride + at % C] = product;
                right[at / C * stride + at % C] = sums[i];
            }
            context.localBarrier();
            for (int at = lane; at < C * C; at += LANES) {
                int row = at / C;
                int column = at % C;
                if (column < row && row < length) {
                    float sum = 0f;
                    for (int i = row; i < length; i++) {
                        sum += left[i * stride + row] * right[i * stride + column];
                    }
                    erased.set(base + at, erased.get(base + at) + sum);
                }
            }
        }
    }
}
