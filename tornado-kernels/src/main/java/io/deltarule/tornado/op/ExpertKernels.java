package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A mixture of experts: which ones a token goes through, and the way in and out of them. */
final class ExpertKernels {
    /** Work-items per work-group of {@link #route}; each takes every 32nd expert. */
    static final int ROUTE_LANES = 32;
    /** Work-items per work-group of the others. */
    static final int LANES = 128;
    /** Rows of a weight per work-group, 32 lanes for each. */
    static final int ROWS = 4;

    /** Scores are sigmoids (else a softmax). */
    static final int SIGMOID = 1;
    /** A correction is added for the choice. */
    static final int CORRECTED = 2;
    /** The chosen scores are divided by their sum. */
    static final int RENORMALISED = 4;

    /** The rank of an expert that is not chosen from, below any other: OpenCL is told that nothing is infinite. */
    private static final float DROPPED = -3e38f;

    private static final int ROW_LANES = LANES / ROWS;

    private ExpertKernels() {}

    /**
     * Chooses each token's experts.
     *
     * <pre>
     *   s = softmax(z) or sigmoid(z)        chosen: fewer than k have a larger s + c, or the same and a lower number
     *   of the kept groups alone: fewer than so many have a larger sum of their two largest s + c, or the same and a lower number
     *   w = factor · s, or factor · s / Σ_{chosen} s
     * </pre>
     *
     * <p>z [tokens, count], c [count] or unread; experts and weights [tokens, k] (written), the best first.
     *
     * <p>Parallel over: token, lanes over experts. Accumulates: float. Requires: work-groups of {@link #ROUTE_LANES}.
     * Source: core.layer.MatrixOp. Oracle: core.reference.ExpertsStep.
     */
    static void route(
            KernelContext context,
            IntArray table,
            FloatArray z,
            FloatArray c,
            IntArray experts,
            FloatArray weights,
            int count,
            int k,
            int flags,
            float factor,
            int groups,
            int kept,
            int signature) {
        float[] scores = context.allocateFloatLocalArray(count);
        float[] ranked = context.allocateFloatLocalArray(count);
        float[] sums = context.allocateFloatLocalArray(groups);
        float[] chosen = context.allocateFloatLocalArray(k);
        int lane = context.localIdx;
        int token = context.groupIdx;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int e = lane; e < count; e += ROUTE_LANES) {
            scores[e] = z.get(token * count + e);
        }
        context.localBarrier();
        float max = scores[0];
        for (int e = 1; e < count; e++) {
            max = TornadoMath.max(max, scores[e]);
        }
        float total = 0f;
        for (int e = 0; e < count; e++) {
            total += TornadoMath.exp(scores[e] - max);
        }
        for (int e = lane; e < count; e += ROUTE_LANES) {
            float score = TornadoMath.exp(scores[e] - max) / total;
            if ((flags & SIGMOID) != 0) {
                score = Activations.sigmoid(scores[e]);
            }
            if ((flags & CORRECTED) != 0) {
                score += c.get(e);
            }
            ranked[e] = score;
        }
        context.localBarrier();
        int size = count / groups;
        for (int g = lane; g < groups; g += ROUTE_LANES) {
            float best = DROPPED;
            float second = DROPPED;
            for (int e = g * size; e < (g + 1) * size; e++) {
                if (ranked[e] > best) {
                    second = best;
                    best = ranked[e];
                } else if (ranked[e] > second) {
                    second = ranked[e];
                }
            }
            if (size > 1) {
                best += second;
            }
            sums[g] = best;
        }
        context.localBarrier();
        for (int e = lane; e < count; e += ROUTE_LANES) {
            int own = e / size;
            int better = 0;
            for (int other = 0; other < groups; other++) {
                if (sums[other] > sums[own] || (sums[other] == sums[own] && other < own)) {
                    better++;
                }
            }
            if (better >= kept) {
                ranked[e] = DROPPED;
            }
        }
        context.localBarrier();
        for (int e = lane; e < count; e += ROUTE_LANES) {
            float own = ranked[e];
            int better = 0;
            for (int other = 0; other < count; other++) {
                if (ranked[other] > own || (ranked[other] == own && other < e)) {
                    better++;
                }
            }
            if (better < k) {
                float score = TornadoMath.exp(scores[e] - max) / total;
                if ((flags & SIGMOID) != 0) {
                    score = Activations.sigmoid(scores[e]);
                }
                chosen[better] = score;
                experts.set(token * k + better, e);
            }
        }
        context.localBarrier();
        float sum = 0f;
        for (int i = 0; i < k; i++) {
            sum += chosen[i];
        }
        for (int i = lane; i < k; i += ROUTE_LANES) {
            float weight = factor * chosen[i];
            if ((flags & RENORMALISED) != 0) {
                weight /= sum;
            }
            weights.set(token * k + i, weight);
        }
    }

    /**
     * Into a token's experts, h = W_up,e x ⊙ SiLU(W_gate,e x), both factors within a limit.
     *
     * <p>x [tokens, in], experts [tokens, k], gates and ups [count, intermediate, in], h [tokens, k, intermediate]
     * (written).
     *
     * <p>Parallel over: token × chosen expert × {@link #ROWS} rows. Accumulates: float. Requires: work-groups of {@link
     * #LANES}. Source: core.layer.MatrixOp. Oracle: core.reference.ExpertsStep.
     */
    static void enterExperts(
            KernelContext context,
            IntArray table,
            FloatArray x,
            IntArray experts,
            FloatArray gates,
            IntArray gatesPacked,
            FloatArray ups,
            IntArray upsPacked,
            FloatArray h,
            int in,
            int intermediate,
            int gateBits,
            int upBits,
            int k,
            float limit,
            int signature) {
        float[] gateParts = context.allocateFloatLocalArray(LANES);
        float[] upParts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int tiles = (intermediate + ROWS - 1) / ROWS;
        int place = context.groupIdx / tiles;
        int first = context.groupIdx % tiles * ROWS;
        int row = first + lane / ROW_LANES;
        int base = (experts.get(place) * intermediate + row) * in;
        int token = place / k * in;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float gate = 0f;
        float up = 0f;
        if (row < intermediate) {
            for (int d = lane % ROW_LANES; d < in; d += ROW_LANES) {
                float value = x.get(token + d);
                gate += DeviceMatrix.read(gates, gatesPacked, gateBits, base + d) * value;
                up += DeviceMatrix.read(ups, upsPacked, upBits, base + d) * value;
            }
        }
        gateParts[lane] = gate;
        upParts[lane] = up;
        context.localBarrier();
        if (lane < ROWS && first + lane < intermediate) {
            gate = 0f;
            up = 0f;
            for (int i = 0; i < ROW_LANES; i++) {
                gate += gateParts[lane * ROW_LANES + i];
                up += upParts[lane * ROW_LANES + i];
            }
            float active = TornadoMath.min(gate * Activations.sigmoid(gate), limit);
            h.set(place * intermediate + first + lane, TornadoMath.max(TornadoMath.min(up, limit), -limit) * active);
        }
    }

    /**
     * Out of a token's experts, y = Σ_i w_i W_down,i h_i.
     *
     * <p>h [tokens, k, intermediate], experts and weights [tokens, k], downs [count, out, intermediate], y [tokens, out]
     * (written).
     *
     * <p>Parallel over: token × {@link #ROWS} rows. Accumulates: float. Requires: work-groups of {@link #LANES}. Source:
     * core.layer.MatrixOp. Oracle: core.reference.ExpertsStep.
     */
    static void leaveExperts(
            KernelContext context,
            IntArray table,
            FloatArray h,
            IntArray experts,
            FloatArray weights,
            FloatArray downs,
            IntArray downsPacked,
            FloatArray y,
            int intermediate,
            int out,
            int bits,
            int k,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int tiles = (out + ROWS - 1) / ROWS;
        int token = context.groupIdx / tiles;
        int first = context.groupIdx % tiles * ROWS;
        int row = first + lane / ROW_LANES;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        if (row < out) {
            for (int i = 0; i < k; i++) {
                int place = token * k + i;
                int base = (experts.get(place) * out + row) * intermediate;
                float dot = 0f;
                for (int d = lane % ROW_LANES; d < intermediate; d += ROW_LANES) {
                    dot += DeviceMatrix.read(downs, downsPacked, bits, base + d) * h.get(place * intermediate + d);
                }
                sum += weights.get(place) * dot;
            }
        }
        parts[lane] = sum;
        context.localBarrier();
        if (lane < ROWS && first + lane < out) {
            sum = 0f;
            for (int i = 0; i < ROW_LANES; i++) {
                sum += parts[lane * ROW_LANES + i];
            }
            y.set(token * out + first + lane, sum);
        }
    }
}
