package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.Activations;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Log-decays and steps of time backward: of each number what the input gets, as dt_bias does, and what A_log gets. */
public final class DecayGradientKernels {
    /** Work-items per work-group. */
    public static final int LANES = 128;
    /** There is a gradient of the step. */
    public static final int STEP = 1;
    /** There is a gradient of the decay. */
    public static final int DECAY = 2;

    private DecayGradientKernels() {}

    /**
     * With a = exp(A_log) and s = x + dt_bias.
     *
     * <pre>
     *   g = −a softplus(s):             byInput = −a σ(s) ḡ                byRate = g ḡ
     *   g = lowerBound σ(a s):          byInput = lowerBound a σ'(a s) ḡ   byRate = lowerBound a s σ'(a s) ḡ
     * </pre>
     *
     * <p>x, ḡ [tokens, width], aLog [width / share], dtBias [width] or unread; byInput and byRate [tokens, width] (written).
     *
     * <p>Parallel over: every number. Source: core.layer.ElementwiseOp. Oracle: core.reference.backward.
     */
    public static void logDecayGradients(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray aLog,
            FloatArray dtBias,
            FloatArray dg,
            FloatArray byInput,
            FloatArray byRate,
            int width,
            int share,
            int biased,
            float lowerBound,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int channel = at % width;
            float rate = TornadoMath.exp(aLog.get(channel / share));
            float input = x.get(at);
            if (biased != 0) {
                input += dtBias.get(channel);
            }
            float slope = -rate * Activations.sigmoid(input);
            float rateSlope = -rate * Activations.softplus(input);
            if (lowerBound != 0f) {
                slope = lowerBound * rate * Slopes.sigmoid(rate * input);
                rateSlope = slope * input;
            }
            byInput.set(at, slope * dg.get(at));
            byRate.set(at, rateSlope * dg.get(at));
        }
    }

    /**
     * With a = exp(A_log), Δ the step and its slope σ(x + dt_bias) between the bounds, else 0.
     *
     * <pre>  byInput = slope (Δ̄ − a ḡ)        byRate = −a Δ ḡ </pre>
     *
     * <p>x, Δ, Δ̄, ḡ [tokens, width], the last two unread without their flags; aLog and dtBias [width]; byInput and byRate [tokens,
     * width] (written).
     *
     * <p>Parallel over: every number. Source: core.layer.ElementwiseOp. Oracle: core.reference.backward.
     */
    public static void timeStepGradients(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray aLog,
            FloatArray dtBias,
            FloatArray dStep,
            FloatArray dg,
            FloatArray byInput,
            FloatArray byRate,
            int width,
            int kind,
            float least,
            float most,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int head = at % width;
            float input = x.get(at) + dtBias.get(head);
            float step = Activations.softplus(input);
            float byDecay = 0f;
            if ((kind & DECAY) != 0) {
                byDecay = -TornadoMath.exp(aLog.get(head)) * dg.get(at);
            }
            float given = byDecay;
            if ((kind & STEP) != 0) {
                given += dStep.get(at);
            }
            float slope = step > least && step < most ? Activations.sigmoid(input) : 0f;
            byInput.set(at, slope * given);
            byRate.set(at, TornadoMath.min(TornadoMath.max(step, least), most) * byDecay);
        }
    }
}
