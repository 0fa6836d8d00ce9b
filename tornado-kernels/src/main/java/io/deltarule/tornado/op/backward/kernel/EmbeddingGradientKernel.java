package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gradient of a table whose rows were looked up. */
public final class EmbeddingGradientKernel {
    /** Work-items per work-group. */
    public static final int LANES = 64;

    private EmbeddingGradientKernel() {}

    /**
     * W̄_i ← W̄_i + Σ_{t: id_t = i} ȳ_t. A row belongs to the first token that looked it up.
     *
     * <p>ids [tokens, 1], integers in float32; ȳ [tokens, width]; W̄ [rows, width] (modified).
     *
     * <p>Parallel over: tokens, lanes over the tokens before, then over channels. Accumulates: float, tokens in order. Requires:
     * work-groups of {@link #LANES}. Source: core.layer.MatrixOp. Oracle: core.reference.backward.
     */
    public static void embeddingGradient(
            KernelContext context,
            IntArray table,
            FloatArray ids,
            FloatArray dy,
            FloatArray rows,
            int width,
            int signature) {
        float[] earlier = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int token = context.groupIdx;
        int tokens = table.get(RunTable.TOKENS);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float id = -1f;
        if (token < tokens) {
            id = ids.get(token);
        }
        float found = 0f;
        for (int t = lane; t < token; t += LANES) {
            if (t < tokens && ids.get(t) == id) {
                found = 1f;
            }
        }
        earlier[lane] = found;
        context.localBarrier();
        found = 0f;
        for (int i = 0; i < LANES; i++) {
            found += earlier[i];
        }
        int mine = found == 0f && token < tokens ? width : 0;
        int row = (int) id;
        for (int d = lane; d < mine; d += LANES) {
            float sum = rows.get(row * width + d);
            for (int t = token; t < tokens; t++) {
                if (ids.get(t) == id) {
                    sum += dy.get(t * width + d);
                }
            }
            rows.set(row * width + d, sum);
        }
    }
}
