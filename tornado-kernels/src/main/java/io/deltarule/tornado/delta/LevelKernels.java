package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What log-linear states need besides the stages of one state: weights for pairs of a chunk's rows, and for read-outs. */
final class LevelKernels {
    /** Work-items per work-group. */
    static final int LANES = 128;

    private LevelKernels() {}

    /**
     * What each row of a chunk reads of what each row wrote, and the same with the weight of the level at which it sees it.
     *
     * <pre>  N = M A        masked_ij = λ_i^(ℓ) N_ij, ℓ the level of the tokens of i and j  (i ≥ j, else 0) </pre>
     *
     * <p>scores = M and inverse = A [chunks, HV, C, C] (on and below the diagonal), λ [tokens, HV, L]; products = N and masked
     * [chunks, HV, C, C] (written; 0 above the diagonal). With {@link KernelFlags#NOTHING_ERASED} A = 1, and inverse is unread. The mask is
     * for the product: u cannot be solved first, as it is where there is one state.
     *
     * <p>Parallel over: chunk × value head; lanes over the C × C numbers. Accumulates: float. Requires: work-groups of {@link
     * #LANES}. Source: docs/math/log-linear.md. Oracle: core.reference.
     */
    static void levelScores(
            KernelContext context,
            IntArray table,
            FloatArray scores,
            FloatArray inverse,
            FloatArray lambda,
            FloatArray products,
            FloatArray masked,
            int C,
            int n,
            int HV,
            int flags,
            int signature) {
        int stride = C + 1;
        float[] M = context.allocateFloatLocalArray(C * stride);
        float[] A = context.allocateFloatLocalArray(C * stride);
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
            float score = 0f;
            float solved = 0f;
            if (at % C <= at / C && at / C < length) {
                score = scores.get(base + at);
                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                    solved = inverse.get(base + at);
                }
            }
            M[at / C * stride + at % C] = score;
            A[at / C * stride + at % C] = solved;
        }
        context.localBarrier();
        for (int at = lane; at < C * C; at += LANES) {
            int row = at / C;
            int column = at % C;
            float product = 0f;
            float weight = 0f;
            if (column <= row && row < length) {
                int m = first + row;
                if (m % n == n - 1) {
                    weight = lambda.get((m / n * HV + head) * L + LevelLookup.of(row / n, column / n));
                }
                if ((flags & KernelFlags.NOTHING_ERASED) != 0) {
                    product = M[row * stride + column];
                } else {
                    for (int i = column; i <= row; i++) {
                        product += M[row * stride + i] * A[i * stride + column];
                    }
                }
            }
            products.set(base + at, product);
            masked.set(base + at, weight * product);
        }
    }

    /**
     * Adds what is read of the states from before each chunk to what is read within it.
     *
     * <pre>  o_i += Σ_ℓ λ_i^(ℓ) reads_i^(ℓ)        ℓ &gt; 0 live before the chunk </pre>
     *
     * <p>reads [live states, HV, C, V], λ [tokens, HV, L], o [tokens, HV, V] (added to).
     *
     * <p>Parallel over: chunk × value head; lanes over rows × value channels. Accumulates: float. Requires: work-groups of {@link
     * #LANES}. Source: docs/math/log-linear.md. Oracle: core.reference.
     */
    static void sumLevels(
            KernelContext context,
            IntArray table,
            FloatArray reads,
            FloatArray lambda,
            FloatArray o,
            int V,
            int C,
            int n,
            int HV,
            int signature) {
        int chunk = context.groupIdx / HV;
        int head = context.groupIdx % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        int levels = table.get(RunTable.CHUNK_LEVELS) + 3 * chunk;
        int position = table.get(levels);
        int firstLive = table.get(levels + 1) - table.get(RunTable.FIRST_LIVE);
        int L = table.get(RunTable.LEVELS);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int at = context.localIdx; at < length / n * V; at += LANES) {
            int row = at / V * n + n - 1;
            int token = (first + row) / n;
            int to = (token * HV + head) * V + at % V;
            float sum = o.get(to);
            int live = firstLive;
            for (int level = 1; level < L; level++) {
                if (LevelLookup.live(position, level)) {
                    sum += lambda.get((token * HV + head) * L + level)
                            * reads.get(((live * HV + head) * C + row) * V + at % V);
                    live++;
                }
            }
            o.set(to, sum);
        }
    }
}
