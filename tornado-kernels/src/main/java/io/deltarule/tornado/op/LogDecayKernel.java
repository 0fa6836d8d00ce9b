package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gate's log-decay from a projection, and the step of time that it may come from. */
final class LogDecayKernel {
    /** Work-items per work-group. */
    static final int LANES = 128;

    private LogDecayKernel() {}

    /**
     * Log-decays per value head or key channel.
     *
     * <pre>
     *   g = −exp(A_log) · softplus(x + dt_bias)
     *   g = lowerBound · sigmoid(exp(A_log) · (x + dt_bias))       where lowerBound is not 0
     * </pre>
     *
     * <p>x, g [tokens, width], aLog [width / share], dtBias [width] or unread; g is written.
     *
     * <p>Parallel over: every number. Source: core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    static void logDecay(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray aLog,
            FloatArray dtBias,
            FloatArray g,
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
            float result = -rate * Activations.softplus(input);
            if (lowerBound != 0f) {
                result = lowerBound * Activations.sigmoid(rate * input);
            }
            g.set(at, result);
        }
    }

    /**
     * Steps of time and the log-decays that follow from them, per head.
     *
     * <pre>  Δ = min(max(softplus(x + dt_bias), least), most)        g = −exp(A_log) · Δ </pre>
     *
     * <p>x, Δ, g [tokens, width], aLog and dtBias [width]; Δ and g are written.
     *
     * <p>Parallel over: every number. Source: core.layer.ElementwiseOp. Oracle: core.reference.LayerEquations.
     */
    static void timeStep(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray aLog,
            FloatArray dtBias,
            FloatArray step,
            FloatArray g,
            int width,
            float least,
            float most,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int head = at % width;
            float made = Activations.softplus(x.get(at) + dtBias.get(head));
            float bounded = TornadoMath.min(TornadoMath.max(made, least), most);
            step.set(at, bounded);
            g.set(at, -TornadoMath.exp(aLog.get(head)) * bounded);
        }
    }
}
