package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The selective read of a state as it stands: decoding. */
final class StateRowKernel {
    /** Work-items per work-group: 128 state rows at a time, 16 lanes to each eighth of them. */
    static final int LANES = 128;

    private static final int ROW_LANES = 16;
    private static final int EACH = 16;
    /** Between the parts of a row's sum and the next's. */
    private static final int STRIDE = ROW_LANES + 1;

    private StateRowKernel() {}

    /**
     * Cross-attention over the rows of the state that a sequence's last token left.
     *
     * <pre>  ℓ = scale · S r        x = Sᵀ softmax(ℓ) </pre>
     *
     * <p>r [tokens, HV, V], state [N, HV, K, V], oCross [tokens, HV, V] (written for the last token of each sequence).
     *
     * <p>Parallel over: sequence × value head. Accumulates: float. Requires: work-groups of {@link #LANES}. Source: DESIGN
     * section 5. Oracle: core.reference.
     */
    static void readStateRows(
            KernelContext context,
            IntArray table,
            FloatArray r,
            FloatArray state,
            FloatArray oCross,
            int K,
            int V,
            int HV,
            float scale,
            int signature) {
        float[] weights = context.allocateFloatLocalArray(K);
        float[] parts = context.allocateFloatLocalArray(LANES * STRIDE);
        float[] sums = new float[EACH];
        int lane = context.localIdx;
        int head = context.groupIdx % HV;
        int sequence = context.groupIdx / HV;
        int stateBase = context.groupIdx * K * V;
        int token = table.get(RunTable.SEQUENCES + 2 * sequence + 2) - 1;
        boolean any = token >= table.get(RunTable.SEQUENCES + 2 * sequence);
        int readBase = (token * HV + head) * V;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        int width = any ? V : 0;
        for (int from = 0; from < K; from += LANES) {
            for (int i = 0; i < EACH; i++) {
                sums[i] = 0f;
            }
            for (int c = lane % ROW_LANES; c < width; c += ROW_LANES) {
                float query = r.get(readBase + c);
                for (int i = 0; i < EACH; i++) {
                    int d = from + lane / ROW_LANES * EACH + i;
                    if (d < K) {
                        sums[i] += state.get(stateBase + d * V + c) * query;
                    }
                }
            }
            for (int i = 0; i < EACH; i++) {
                parts[(lane / ROW_LANES * EACH + i) * STRIDE + lane % ROW_LANES] = sums[i];
            }
            context.localBarrier();
            if (from + lane < K) {
                float sum = 0f;
                for (int i = 0; i < ROW_LANES; i++) {
                    sum += parts[lane * STRIDE + i];
                }
                weights[from + lane] = scale * sum;
            }
            context.localBarrier();
        }
        float max = -Float.MAX_VALUE;
        for (int d = lane; d < K; d += LANES) {
            max = TornadoMath.max(max, weights[d]);
        }
        parts[lane] = max;
        context.localBarrier();
        for (int i = 0; i < LANES; i++) {
            max = TornadoMath.max(max, parts[i]);
        }
        for (int d = lane; d < K; d += LANES) {
            weights[d] = TornadoMath.exp(weights[d] - max);
        }
        context.localBarrier();
        float total = 0f;
        for (int d = 0; d < K; d++) {
            total += weights[d];
        }
        for (int c = lane; c < V; c += LANES) {
            float x = 0f;
            for (int d = 0; d < K; d++) {
                x += weights[d] * state.get(stateBase + d * V + c);
            }
            if (any) {
                oCross.set(readBase + c, x / total);
            }
        }
    }
}
