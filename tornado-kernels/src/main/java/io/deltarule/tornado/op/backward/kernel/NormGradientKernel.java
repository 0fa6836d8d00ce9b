package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.Activations;
import io.deltarule.tornado.op.NormKernel;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Norms of groups of channels backward: what divides a group depends on all of its channels. */
public final class NormGradientKernel {
    /** Beside the flags of {@link NormKernel}: x̄ is added to. */
    public static final int ADD = 16;
    /** z̄ is added to. */
    public static final int ADD_GATE = 32;
    /** Nobody wants x̄. */
    public static final int NO_INPUT = 64;
    /** Nobody wants z̄. */
    public static final int NO_GATE = 128;
    /** The weight is trained. */
    public static final int WEIGHT = 256;

    private NormGradientKernel() {}

    /**
     * One group of one token, with n = x r and D channels.
     *
     * <pre>
     *   L2:    r = (Σ x² + eps)^(−1/2)          x̄ = r (ȳ − n (n·ȳ))
     *   sum:   r = 1 / Σ x                      x̄ = r (ȳ − (n·ȳ))
     *   RMS:   r = (mean x² + eps)^(−1/2)       x̄ = r (h − n (n·h) / D)        h = act(z) ⊙ w' ⊙ ȳ
     *          w̄ = act(z) ⊙ n ⊙ ȳ               z̄ = act'(z) ⊙ w' ⊙ n ⊙ ȳ       w' = w or 1 + w
     * </pre>
     *
     * <p>x, z, ȳ [tokens · groups, group], weight w [group]; z and w unread without their flags; x̄ and z̄ likewise (written, or
     * modified); w̄ [tokens · groups, group], each group's part of it (written).
     *
     * <p>Parallel over: token × group, lanes over its channels. Accumulates: float, each lane its channels, then the lanes in order.
     * Requires: work-groups of {@code lanes} from {@link NormKernel#lanes}. Source: core.layer.NormOp. Oracle:
     * core.reference.backward.
     */
    public static void normGradient(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray z,
            FloatArray weight,
            FloatArray dy,
            FloatArray dx,
            FloatArray dz,
            FloatArray dw,
            int group,
            int groups,
            int lanes,
            int flags,
            int activation,
            float eps,
            int signature) {
        float[] squares = context.allocateFloatLocalArray(lanes);
        float[] products = context.allocateFloatLocalArray(lanes);
        int lane = context.localIdx;
        int base = context.groupIdx * group;
        int mine = context.groupIdx < table.get(RunTable.TOKENS) * groups ? group : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        float product = 0f;
        for (int d = lane; d < mine; d += lanes) {
            float value = x.get(base + d);
            float h = dy.get(base + d);
            if ((flags & NormKernel.RMS) != 0) {
                float w = weight.get(d);
                if ((flags & NormKernel.ZERO_CENTRED) != 0) {
                    w += 1f;
                }
                h *= w;
            }
            if ((flags & NormKernel.GATED) != 0) {
                h *= Activations.apply(activation, z.get(base + d));
            }
            sum += (flags & NormKernel.SUM) != 0 ? value : value * value;
            product += value * h;
        }
        squares[lane] = sum;
        products[lane] = product;
        context.localBarrier();
        sum = 0f;
        product = 0f;
        for (int i = 0; i < lanes; i++) {
            sum += squares[i];
            product += products[i];
        }
        if ((flags & NormKernel.RMS) != 0) {
            sum /= group;
            product /= group;
        }
        float length = (flags & NormKernel.SUM) != 0 ? sum : TornadoMath.sqrt(sum + eps);
        product /= length;
        for (int d = lane; d < mine; d += lanes) {
            float given = dy.get(base + d);
            float n = x.get(base + d) / length;
            float w = 1f;
            if ((flags & NormKernel.RMS) != 0) {
                w = weight.get(d);
                if ((flags & NormKernel.ZERO_CENTRED) != 0) {
                    w += 1f;
                }
            }
            float gate = 1f;
            if ((flags & NormKernel.GATED) != 0) {
                gate = Activations.apply(activation, z.get(base + d));
            }
            if ((flags & NO_INPUT) == 0) {
                float along = (flags & NormKernel.SUM) != 0 ? product : n * product;
                float result = (gate * w * given - along) / length;
                if ((flags & ADD) != 0) {
                    result += dx.get(base + d);
                }
                dx.set(base + d, result);
            }
            if ((flags & NO_GATE) == 0 && (flags & NormKernel.GATED) != 0) {
                float result = Slopes.of(activation, z.get(base + d)) * w * n * given;
                if ((flags & ADD_GATE) != 0) {
                    result += dz.get(base + d);
                }
                dz.set(base + d, result);
            }
            if ((flags & WEIGHT) != 0) {
                dw.set(base + d, gate * n * given);
            }
        }
    }
}
