package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Where the walk backward begins: the gradient of softmax cross-entropy. */
public final class LogitGradientKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    private LogitGradientKernel() {}

    /**
     * z̄_c = L̄ (exp(z_c − s) − [c = label]), 0 where the label is −1; s is the logarithm of the sum of the exponentials.
     *
     * <p>labels, s and L̄ [tokens], z [tokens, classes] (becomes z̄).
     *
     * <p>Parallel over: every number. Source: core.layer.MatrixOp. Oracle: core.reference.backward.
     */
    public static void logitGradients(
            KernelContext context,
            IntArray table,
            FloatArray labels,
            FloatArray logSums,
            FloatArray dLoss,
            FloatArray z,
            int classes,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * classes) {
            int token = at / classes;
            int label = (int) labels.get(token);
            float p = TornadoMath.exp(z.get(at) - logSums.get(token));
            if (label == at % classes) {
                p -= 1f;
            }
            float given = 0f;
            if (label >= 0) {
                given = dLoss.get(token);
            }
            z.set(at, given * p);
        }
    }
}
