package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The selective read of a state as it stands: decoding. */
final class StateRowKernel {
    /** Work-items per work-group: 8 state rows at a time, 16 lanes to a row. */
    static final int LANES = 128;

    private static final int ROW_LANES = 16;
    private static final int ROWS = LANES / ROW_LANES;

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
        float[] parts = context.allocateFloatLocalArray(LANES);
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

        for (int from = 0; from < K; from += ROWS) {
            int d = from + lane / ROW_LANES;
            float sum = 0f;
            if (any && d < K) {
                for (int c = lane % ROW_LANES; c < V; c += ROW_LANES) {
                    sum += state.get(stateBase + d * V + c) * r.get(readBase + c);
                }
            }
            parts[lane] = sum;
            context.localBarrier();
            if (lane < ROWS && from + lane < K) {
                sum = 0f;
                for (int i = 0; i < ROW_LANES; i++) {
                    sum += parts[lane * ROW_LANES + i];
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
