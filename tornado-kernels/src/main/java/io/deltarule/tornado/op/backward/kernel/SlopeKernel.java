package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.Activations;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gradients of what is computed number by number: one kernel for the numbers, one for gates that several share. */
public final class SlopeKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    /** x̄ = ȳ. */
    public static final int PASS = 0;
    /** x̄ = factor · act'(a) ȳ. */
    public static final int MAP = 1;
    /** x̄ = act(b) ȳ. */
    public static final int MULTIPLY = 2;
    /** The same with factors within a limit: 0 where |a| is at it, else min(act(b), factor) ȳ. */
    public static final int MULTIPLY_LIMITED = 3;
    /** x̄ = γ ȳ, γ = sigmoid(b). */
    public static final int MIX_IN = 4;
    /** x̄ = (1 − γ) ȳ. */
    public static final int MIX_OUT = 5;
    /** x̄ = w ȳ, w = b. */
    public static final int SCALE = 6;
    /** x̄ = a ȳ. */
    public static final int PRODUCT = 7;
    /** x̄ = a ȳ_h, ȳ having one number for {@code share} channels. */
    public static final int DOT = 8;

    private SlopeKernel() {}

    /**
     * One of the operations above for each number.
     *
     * <p>a and ȳ [tokens, width], but for ȳ of DOT [tokens, width / share]; b [tokens, width / share], of SCALE [width / share]; x̄
     * [tokens, width] (written, or modified where {@code add}). What an operation does not name is not read.
     *
     * <p>Parallel over: every number. Source: core.layer.ElementwiseOp. Oracle: core.reference.backward.
     */
    public static void slope(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            FloatArray dy,
            FloatArray dx,
            int width,
            int share,
            int operation,
            int activation,
            float factor,
            int add,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int shared = at / share;
            float given = dy.get(operation == DOT ? shared : at);
            float result = given;
            if (operation == MAP) {
                result = factor * Slopes.of(activation, a.get(at)) * given;
            }
            if (operation == MULTIPLY) {
                result = Activations.apply(activation, b.get(shared)) * given;
            }
            if (operation == MULTIPLY_LIMITED) {
                float gate = TornadoMath.min(Activations.apply(activation, b.get(shared)), factor);
                result = TornadoMath.abs(a.get(at)) < factor ? gate * given : 0f;
            }
            if (operation == MIX_IN) {
                result = Activations.sigmoid(b.get(shared)) * given;
            }
            if (operation == MIX_OUT) {
                result = Activations.sigmoid(-b.get(shared)) * given;
            }
            if (operation == SCALE) {
                result = b.get(at % width / share) * given;
            }
            if (operation == PRODUCT || operation == DOT) {
                result = a.get(at) * given;
            }
            if (add != 0) {
                result += dx.get(at);
            }
            dx.set(at, result);
        }
    }

    /**
     * Gates, each over the channels that it serves.
     *
     * <pre>
     *   MULTIPLY            z̄ = act'(z) Σ a ȳ
     *   MULTIPLY_LIMITED    z̄ = act'(z) Σ min(max(a, −factor), factor) ȳ, 0 where act(z) is at its limit
     *   MIX_IN              z̄ = σ'(z) Σ a ȳ
     *   MIX_OUT             z̄ = σ'(z) Σ (a − b) ȳ
     * </pre>
     *
     * <p>a, b and ȳ [tokens, gates · share], z [tokens, gates], z̄ likewise (written, or modified where {@code add}).
     *
     * <p>Parallel over: every gate. Accumulates: float, channels in order. Source: core.layer.ElementwiseOp. Oracle:
     * core.reference.backward.
     */
    public static void gateSlope(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            FloatArray z,
            FloatArray dy,
            FloatArray dz,
            int gates,
            int share,
            int operation,
            int activation,
            float factor,
            int add,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * gates) {
            float gate = z.get(at);
            float sum = 0f;
            for (int i = 0; i < share; i++) {
                int channel = at * share + i;
                float value = a.get(channel);
                if (operation == MULTIPLY_LIMITED) {
                    value = TornadoMath.max(TornadoMath.min(value, factor), -factor);
                }
                if (operation == MIX_OUT) {
                    value -= b.get(channel);
                }
                sum += value * dy.get(channel);
            }
            float slope = 0f;
            if (operation == MIX_IN || operation == MIX_OUT) {
                slope = Slopes.sigmoid(gate);
            } else {
                slope = Slopes.of(activation, gate);
            }
            if (operation == MULTIPLY_LIMITED) {
                slope = Activations.apply(activation, gate) < factor ? slope : 0f;
            }
            float result = slope * sum;
            if (add != 0) {
                result += dz.get(at);
            }
            dz.set(at, result);
        }
    }
}
