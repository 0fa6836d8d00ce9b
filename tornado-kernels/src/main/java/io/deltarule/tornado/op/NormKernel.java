package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Norms of groups of channels, and inner products of them. */
public final class NormKernel {
    /** Divides by the mean of squares and multiplies by a weight, instead of dividing by the sum. */
    public static final int RMS = 1;
    /** The stored weight lacks its 1. */
    public static final int ZERO_CENTRED = 2;
    /** There is a gate. */
    public static final int GATED = 4;
    /** Divides by the sum of the numbers themselves. */
    public static final int SUM = 8;

    private NormKernel() {}

    /** Work-items per work-group for groups of so many channels. */
    public static int lanes(int group) {
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

    /**
     * One group of one token.
     *
     * <pre>  y = w ⊙ (x − μ) / √(mean (x − μ)² + eps) + b        μ = mean x </pre>
     *
     * <p>x and y [tokens · groups, group], weight w and bias b [groups, group], b unread where there is none; y is written.
     *
     * <p>Parallel over: token × group, lanes over its channels. Accumulates: float. Requires: work-groups of {@code lanes}
     * from {@link #lanes}. Source: core.layer.NormOp. Oracle: core.reference.LayerEquations.
     */
    static void layerNorm(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            FloatArray y,
            int group,
            int groups,
            int lanes,
            int biased,
            float eps,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(lanes);
        float[] squares = context.allocateFloatLocalArray(lanes);
        int lane = context.localIdx;
        int base = context.groupIdx * group;
        int channel = context.groupIdx % groups * group;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        for (int d = lane; d < group; d += lanes) {
            sum += x.get(base + d);
        }
        parts[lane] = sum;
        context.localBarrier();
        float mean = 0f;
        for (int i = 0; i < lanes; i++) {
            mean += parts[i];
        }
        mean /= group;
        sum = 0f;
        for (int d = lane; d < group; d += lanes) {
            float value = x.get(base + d) - mean;
            sum += value * value;
        }
        squares[lane] = sum;
        context.localBarrier();
        float variance = 0f;
        for (int i = 0; i < lanes; i++) {
            variance += squares[i];
        }
        float length = TornadoMath.sqrt(variance / group + eps);
        for (int d = lane; d < group; d += lanes) {
            float value = (x.get(base + d) - mean) / length * weight.get(channel + d);
            if (biased != 0) {
                value += bias.get(channel + d);
            }
            y.set(base + d, value);
        }
    }

    /**
     * Inner products head by head, y_h = Σ_d a_hd b_hd.
     *
     * <p>a and b [tokens · heads, head], y [tokens · heads] (written).
     *
     * <p>Parallel over: token × head, lanes over its channels. Accumulates: float. Requires: work-groups of {@code lanes}
     * from {@link #lanes}. Source: core.layer.ElementwiseOp. Oracle: core.reference.LayerEquations.
     */
    static void headDot(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            FloatArray y,
            int head,
            int lanes,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(lanes);
        int lane = context.localIdx;
        int base = context.groupIdx * head;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        for (int d = lane; d < head; d += lanes) {
            sum += a.get(base + d) * b.get(base + d);
        }
        parts[lane] = sum;
        context.localBarrier();
        if (lane == 0) {
            sum = 0f;
            for (int i = 0; i < lanes; i++) {
                sum += parts[i];
            }
            y.set(context.groupIdx, sum);
        }
    }
}
