package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The weights with which the selective read adds up the state's rows. */
final class RowSoftmaxKernel {
    /** Work-items per work-group; each takes every 32nd state row. */
    static final int LANES = 32;

    private RowSoftmaxKernel() {}

    /**
     * Softmax over the state's rows, in place.
     *
     * <pre>  π_d = exp(ℓ_d − max ℓ) / Σ exp(ℓ − max ℓ) </pre>
     *
     * <p>weights [tokens, HV, K]: ℓ in, π out.
     *
     * <p>Parallel over: token × value head. Accumulates: float. Requires: work-groups of {@link #LANES}. Source: DESIGN
     * section 5. Oracle: core.reference.
     */
    static void rowSoftmax(KernelContext context, IntArray table, FloatArray weights, int K, int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int base = context.groupIdx * K;
        int rows = table.get(RunTable.TOKENS) > 0 ? K : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        float max = -Float.MAX_VALUE;
        for (int d = lane; d < rows; d += LANES) {
            max = TornadoMath.max(max, weights.get(base + d));
        }
        parts[lane] = max;
        context.localBarrier();
        for (int i = 0; i < LANES; i++) {
            max = TornadoMath.max(max, parts[i]);
        }
        context.localBarrier();
        float sum = 0f;
        for (int d = lane; d < rows; d += LANES) {
            float weight = TornadoMath.exp(weights.get(base + d) - max);
            weights.set(base + d, weight);
            sum += weight;
        }
        parts[lane] = sum;
        context.localBarrier();
        sum = 0f;
        for (int i = 0; i < LANES; i++) {
            sum += parts[i];
        }
        for (int d = lane; d < rows; d += LANES) {
            weights.set(base + d, weights.get(base + d) / sum);
        }
    }
}
