package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** L2, RMS and sum norms of groups of channels. */
final class NormKernel {
    /** Divides by the mean of squares and multiplies by a weight, instead of dividing by the sum. */
    static final int RMS = 1;
    /** The stored weight lacks its 1. */
    static final int ZERO_CENTRED = 2;
    /** There is a gate. */
    static final int GATED = 4;
    /** Divides by the sum of the numbers themselves. */
    static final int SUM = 8;

    private NormKernel() {}

    /** Work-items per work-group for groups of so many channels. */
    static int lanes(int group) {
        return group <= 128 ? 32 : 128;
    }

    /**
     * One group of one token.
     *
     * <pre>
     *   L2:   y = x / √(Σ x² + eps)
     *   sum:  y = x / Σ x
     *   RMS:  y = act(z) ⊙ w' ⊙ x / √(mean x² + eps)        w' = w or 1 + w
     * </pre>
     *
     * <p>x, z and y [tokens · groups, group], weight w [group]; z and w unread without {@link #GATED} and {@link #RMS}; y
     * is written.
     *
     * <p>Parallel over: token × group, lanes over its channels. Accumulates: float. Requires: work-groups of {@code lanes}
     * from {@link #lanes}. Source: core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    static void groupNorm(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray z,
            FloatArray weight,
            FloatArray y,
            int group,
            int lanes,
            int flags,
            int activation,
            float eps,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(lanes);
        int lane = context.localIdx;
        int base = context.groupIdx * group;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        for (int d = lane; d < group; d += lanes) {
            float value = x.get(base + d);
            sum += (flags & SUM) != 0 ? value : value * value;
        }
        parts[lane] = sum;
        context.localBarrier();
        sum = 0f;
        for (int i = 0; i < lanes; i++) {
            sum += parts[i];
        }
        if ((flags & RMS) != 0) {
            sum /= group;
        }
        float length = (flags & SUM) != 0 ? sum : TornadoMath.sqrt(sum + eps);
        for (int d = lane; d < group; d += lanes) {
            float value = x.get(base + d) / length;
            if ((flags & RMS) != 0) {
                float w = weight.get(d);
                if ((flags & ZERO_CENTRED) != 0) {
                    w += 1f;
                }
                value *= w;
            }
            if ((flags & GATED) != 0) {
                value *= Activations.apply(activation, z.get(base + d));
            }
            y.set(base + d, value);
        }
    }
}
