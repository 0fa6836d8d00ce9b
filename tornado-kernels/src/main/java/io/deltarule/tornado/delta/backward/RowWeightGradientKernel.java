package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Weights of the selective read and the gradients of their logits. */
final class RowWeightGradientKernel {
    /** Work-items per work-group; each takes every 32nd state row. */
    static final int LANES = 32;

    private RowWeightGradientKernel() {}

    /**
     * The softmax over the state's rows and its backward.
     *
     * <pre>
     *   ℓ = scale · (reads + (r·p) k) = scale · S r      z = crosses + (dx·p) k = S dx
     *   π = exp(ℓ − max ℓ) / Σ exp(ℓ − max ℓ)            dℓ = π ⊙ (z − π·z)
     * </pre>
     *
     * <p>reads and crosses [tokens, HV, K]: without what the token's last micro-step wrote itself; k [micro-steps, H, K];
     * readOverlaps and crossOverlaps [chunks, HV, C, C]: r_i·p_j and dx_i·p_j, of which the diagonal is read; weights = π and
     * gradients = scale · dℓ [tokens, HV, K] (written).
     *
     * <p>Parallel over: chunk × value head × row. Accumulates: float. Requires: work-groups of {@link #LANES}. Source:
     * docs/math/backward.md. Oracle: core.reference.
     */
    static void rowWeightGradients(
            KernelContext context,
            IntArray table,
            FloatArray k,
            FloatArray readOverlaps,
            FloatArray crossOverlaps,
            FloatArray reads,
            FloatArray crosses,
            FloatArray weights,
            FloatArray gradients,
            int K,
            int C,
            int n,
            int H,
            int HV,
            float scale,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        float[] products = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int row = context.groupIdx % C;
        int block = context.groupIdx / C;
        int head = block % HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int length = table.get(entry + 1);
        int m = table.get(entry) + row;
        int base = (m / n * HV + head) * K;
        int keyBase = (m * H + keyHead) * K;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        int rows = 0;
        float readOverlap = 0f;
        float crossOverlap = 0f;
        if (row < length && m % n == n - 1) {
            rows = K;
            readOverlap = readOverlaps.get((block * C + row) * C + row);
            crossOverlap = crossOverlaps.get((block * C + row) * C + row);
        }
        float max = -Float.MAX_VALUE;
        for (int d = lane; d < rows; d += LANES) {
            max = TornadoMath.max(max, scale * (reads.get(base + d) + readOverlap * k.get(keyBase + d)));
        }
        parts[lane] = max;
        context.localBarrier();
        for (int i = 0; i < LANES; i++) {
            max = TornadoMath.max(max, parts[i]);
        }
        context.localBarrier();
        float sum = 0f;
        float product = 0f;
        for (int d = lane; d < rows; d += LANES) {
            float logit = scale * (reads.get(base + d) + readOverlap * k.get(keyBase + d));
            float weight = TornadoMath.exp(logit - max);
            sum += weight;
            product += weight * (crosses.get(base + d) + crossOverlap * k.get(keyBase + d));
        }
        parts[lane] = sum;
        products[lane] = product;
        context.localBarrier();
        sum = 0f;
        product = 0f;
        for (int i = 0; i < LANES; i++) {
            sum += parts[i];
            product += products[i];
        }
        for (int d = lane; d < rows; d += LANES) {
            float logit = scale * (reads.get(base + d) + readOverlap * k.get(keyBase + d));
            float weight = TornadoMath.exp(logit - max) / sum;
            float z = crosses.get(base + d) + crossOverlap * k.get(keyBase + d);
            weights.set(base + d, weight);
            gradients.set(base + d, scale * weight * (z - product / sum));
        }
    }
}
