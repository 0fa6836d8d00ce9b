package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.NormKernel;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Layer norms backward. */
public final class LayerNormGradientKernel {
    private LayerNormGradientKernel() {}

    /**
     * One group of one token, with μ = mean x, r = (mean (x − μ)² + eps)^(−1/2), n = r (x − μ) and h = w ⊙ ȳ.
     *
     * <pre>  x̄ = r (h − mean h − n mean(n ⊙ h))        w̄ = n ⊙ ȳ </pre>
     *
     * <p>x and ȳ [tokens · groups, group], weight w [groups, group], x̄ [tokens · groups, group] (written, or modified), w̄
     * likewise, each group's part of it (written); flags of {@link NormGradientKernel}.
     *
     * <p>Parallel over: token × group, lanes over its channels. Accumulates: float, each lane its channels, then the lanes in order.
     * Requires: work-groups of {@code lanes} from {@link NormKernel#lanes}. Source: core.layer.NormOp. Oracle:
     * core.reference.backward.
     */
    public static void layerNormGradient(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray weight,
            FloatArray dy,
            FloatArray dx,
            FloatArray dw,
            int group,
            int groups,
            int lanes,
            int flags,
            float eps,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(lanes);
        float[] squares = context.allocateFloatLocalArray(lanes);
        float[] products = context.allocateFloatLocalArray(lanes);
        float[] sums = context.allocateFloatLocalArray(lanes);
        int lane = context.localIdx;
        int base = context.groupIdx * group;
        int channel = context.groupIdx % groups * group;
        int mine = context.groupIdx < table.get(RunTable.TOKENS) * groups ? group : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        for (int d = lane; d < mine; d += lanes) {
            sum += x.get(base + d);
        }
        parts[lane] = sum;
        context.localBarrier();
        float mean = 0f;
        for (int i = 0; i < lanes; i++) {
            mean += parts[i];
        }
        mean /= group;
        float square = 0f;
        float product = 0f;
        float plain = 0f;
        for (int d = lane; d < mine; d += lanes) {
            float value = x.get(base + d) - mean;
            float h = weight.get(channel + d) * dy.get(base + d);
            square += value * value;
            product += value * h;
            plain += h;
        }
        squares[lane] = square;
        products[lane] = product;
        sums[lane] = plain;
        context.localBarrier();
        square = 0f;
        product = 0f;
        plain = 0f;
        for (int i = 0; i < lanes; i++) {
            square += squares[i];
            product += products[i];
            plain += sums[i];
        }
        float length = TornadoMath.sqrt(square / group + eps);
        float meanProduct = product / length / group;
        float meanPlain = plain / group;
        for (int d = lane; d < mine; d += lanes) {
            float given = dy.get(base + d);
            float n = (x.get(base + d) - mean) / length;
            if ((flags & NormGradientKernel.NO_INPUT) == 0) {
                float result = (weight.get(channel + d) * given - meanPlain - n * meanProduct) / length;
                if ((flags & NormGradientKernel.ADD) != 0) {
                    result += dx.get(base + d);
                }
                dx.set(base + d, result);
            }
            if ((flags & NormGradientKernel.WEIGHT) != 0) {
                dw.set(base + d, n * given);
            }
        }
    }
}
