package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Softmax cross-entropy of logits with the class that came next. */
final class LossKernel {
    /** Work-items per work-group. */
    static final int LANES = 128;

    /** What a largest logit begins with: relaxed maths knows no infinity. */
    private static final float SMALLEST = -3.0e38f;

    private LossKernel() {}

    /**
     * One token.
     *
     * <pre>  s = max z + log Σ_c exp(z_c − max z)        L = s − z_label, 0 where the label is −1 </pre>
     *
     * <p>z [tokens, classes], labels [tokens] as float32, s and L [tokens] (written).
     *
     * <p>Parallel over: tokens, lanes over classes. Accumulates: float, each lane its classes, then the lanes in order.
     * Requires: work-groups of {@link #LANES}. Source: core.layer.MatrixOp. Oracle: core.reference.LayerEquations.
     */
    static void crossEntropy(
            KernelContext context,
            IntArray table,
            FloatArray z,
            FloatArray labels,
            FloatArray logSums,
            FloatArray loss,
            int classes,
            int signature) {
        float[] largest = context.allocateFloatLocalArray(LANES);
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int token = context.groupIdx;
        int mine = token < table.get(RunTable.TOKENS) ? classes : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float most = SMALLEST;
        for (int c = lane; c < mine; c += LANES) {
            most = TornadoMath.max(most, z.get(token * classes + c));
        }
        largest[lane] = most;
        context.localBarrier();
        most = SMALLEST;
        for (int i = 0; i < LANES; i++) {
            most = TornadoMath.max(most, largest[i]);
        }
        float sum = 0f;
        for (int c = lane; c < mine; c += LANES) {
            sum += TornadoMath.exp(z.get(token * classes + c) - most);
        }
        parts[lane] = sum;
        context.localBarrier();
        if (lane == 0 && mine > 0) {
            sum = 0f;
            for (int i = 0; i < LANES; i++) {
                sum += parts[i];
            }
            float logSum = most + TornadoMath.log(sum);
            int label = (int) labels.get(token);
            float result = 0f;
            if (label >= 0) {
                result = logSum - z.get(token * classes + label);
            }
            logSums.set(token, logSum);
            loss.set(token, result);
        }
    }
}
