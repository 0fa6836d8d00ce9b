package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.Activations;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What comes back to the middle of a mixture's experts, and to the scores of its router. */
public final class ExpertGradientKernels {
    /** Work-items per work-group of {@link #middleGradients}. */
    public static final int LANES = 128;
    /** Work-items per work-group of {@link #routerGradients}; each takes every 32nd expert. */
    public static final int ROUTER_LANES = 32;

    /** Scores are sigmoids (else a softmax). */
    public static final int SIGMOID = 1;
    /** The chosen scores are divided by their sum. */
    public static final int RENORMALISED = 2;
    /** The gradients are added to. */
    public static final int ADD = 4;

    private ExpertGradientKernels() {}

    /**
     * In the middle of each choice's expert, with a = SiLU(g) and L the limit, slopes 0 where a factor is cut:
     *
     * <pre>
     *   p = min(max(u, −L), L) ⊙ min(a, L)        w̄ = h · p
     *   g ← w h ⊙ min(max(u, −L), L) ⊙ SiLU'(g)        u ← w h ⊙ min(a, L)        h ← w p
     * </pre>
     *
     * <p>w [tokens, k], g, u and h = W_downᵀ ȳ [tokens, k, intermediate] (modified), w̄ [tokens, k] (written).
     *
     * <p>Parallel over: choices, lanes over channels. Accumulates: float, each lane its channels, then the lanes in order. Requires:
     * work-groups of {@link #LANES}. Source: core.layer.MatrixOp. Oracle: core.reference.backward.
     */
    public static void middleGradients(
            KernelContext context,
            IntArray table,
            FloatArray weights,
            FloatArray gates,
            FloatArray ups,
            FloatArray middle,
            FloatArray dWeights,
            int intermediate,
            int k,
            float limit,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int place = context.groupIdx;
        int places = table.get(RunTable.TOKENS) * k;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float weight = 0f;
        if (place < places) {
            weight = weights.get(place);
        }
        int mine = place < places ? intermediate : 0;
        float sum = 0f;
        for (int i = lane; i < mine; i += LANES) {
            int at = place * intermediate + i;
            float gate = gates.get(at);
            float up = ups.get(at);
            float given = middle.get(at);
            float active = Activations.apply(Activations.SILU, gate);
            float factor = TornadoMath.max(TornadoMath.min(up, limit), -limit);
            float value = TornadoMath.min(active, limit);
            float toGate = active < limit ? factor * Slopes.of(Activations.SILU, gate) : 0f;
            float toUp = TornadoMath.abs(up) < limit ? value : 0f;
            sum += given * (factor * value);
            gates.set(at, weight * given * toGate);
            ups.set(at, weight * given * toUp);
            middle.set(at, weight * (factor * value));
        }
        parts[lane] = sum;
        context.localBarrier();
        if (lane == 0 && place < places) {
            sum = 0f;
            for (int i = 0; i < LANES; i++) {
                sum += parts[i];
            }
            dWeights.set(place, sum);
        }
    }

    /**
     * From the gradients of the chosen experts' weights to those of the router's scores, C the token's choices:
     *
     * <pre>
     *   renormalised, S = Σ_C s:   s̄_e = factor (w̄_e − Σ_C w̄_c s_c / S) / S, e ∈ C        else   s̄_e = factor w̄_e
     *   softmax:   z̄_e = s_e (s̄_e − Σ_C s̄_c s_c)        sigmoid:   z̄_e = s̄_e s_e (1 − s_e)
     * </pre>
     *
     * <p>z [tokens, count], experts and w̄ [tokens, k], z̄ [tokens, count] (written, or modified).
     *
     * <p>Parallel over: token, lanes over experts. Accumulates: float, experts in order, and choices. Requires: work-groups of {@link
     * #ROUTER_LANES}. Source: core.layer.MatrixOp. Oracle: core.reference.backward.
     */
    public static void routerGradients(
            KernelContext context,
            IntArray table,
            FloatArray z,
            IntArray experts,
            FloatArray dWeights,
            FloatArray dz,
            int count,
            int k,
            int flags,
            float factor,
            int signature) {
        float[] scores = context.allocateFloatLocalArray(count);
        int lane = context.localIdx;
        int token = context.groupIdx;
        int mine = token < table.get(RunTable.TOKENS) ? count : 0;
        int chosen = mine > 0 ? k : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float max = -3e38f; // OpenCL is told that nothing is infinite
        float total = 1f;
        if ((flags & SIGMOID) == 0) {
            total = 0f;
            for (int e = 0; e < mine; e++) {
                max = TornadoMath.max(max, z.get(token * count + e));
            }
            for (int e = 0; e < mine; e++) {
                total += TornadoMath.exp(z.get(token * count + e) - max);
            }
        }
        for (int e = lane; e < mine; e += ROUTER_LANES) {
            float logit = z.get(token * count + e);
            float score = 0f;
            if ((flags & SIGMOID) != 0) {
                score = Activations.sigmoid(logit);
            } else {
                score = TornadoMath.exp(logit - max) / total;
            }
            scores[e] = score;
        }
        context.localBarrier();
        float sum = 0f;
        float meeting = 0f;
        for (int i = token * k; i < token * k + chosen; i++) {
            float score = scores[experts.get(i)];
            sum += score;
            meeting += dWeights.get(i) * score;
        }
        float common = 0f;
        float scale = factor;
        if ((flags & RENORMALISED) != 0) {
            common = meeting / sum;
            scale = factor / sum;
        }
        float inner = scale * (meeting - common * sum);
        for (int e = lane; e < mine; e += ROUTER_LANES) {
            float slope = 0f;
            for (int i = token * k; i < token * k + chosen; i++) {
                if (experts.get(i) == e) {
                    slope = scale * (dWeights.get(i) - common);
                }
            }
            float result = 0f;
            if ((flags & SIGMOID) != 0) {
                result = slope * Slopes.sigmoid(z.get(token * count + e));
            } else {
                result = scores[e] * (slope - inner);
            }
            if ((flags & ADD) != 0) {
                result += dz.get(token * count + e);
            }
            dz.set(token * count + e, result);
        }
    }
}
