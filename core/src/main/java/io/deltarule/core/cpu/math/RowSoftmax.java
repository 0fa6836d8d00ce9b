package io.deltarule.core.cpu.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax over rows of a matrix, for queries of any size.
 *
 * <pre>  π_d = exp(f (ℓ_d − max ℓ)) / Σ_d exp(f (ℓ_d − max ℓ))        f &gt; 0 </pre>
 *
 * The maximum goes before the factor, so that a factor which takes f ℓ past float32 gives what it should: a single row's
 * weight. Source: docs/math/deltalens.md.
 */
public final class RowSoftmax {
    /** Queries with larger numbers are scaled down before they are multiplied. */
    private static final float LARGE = 0x1p60f;

    private static final float SHRINK = 0x1p-100f; // a power of two, so that no digit is lost
    private static final float GROW = 0x1p100f;

    private RowSoftmax() {}

    /**
     * Scales a row of queries down if its products might overflow.
     *
     * @return what its products are still to be multiplied by
     */
    public static float tame(Matrix queries, int row) {
        float[] data = queries.data();
        int from = queries.row(row);
        FloatVector largest = FloatVector.zero(Lanes.SPECIES);
        for (int i = 0; i < queries.stride(); i += Lanes.COUNT) {
            largest = largest.max(
                    FloatVector.fromArray(Lanes.SPECIES, data, from + i).abs());
        }
        if (largest.reduceLanes(VectorOperators.MAX) <= LARGE) {
            return 1;
        }
        Rows.scale(queries, row, SHRINK, queries, row); // NaN comes here too, and stays
        return GROW;
    }

    /**
     * Turns logits into weights; their padding becomes 0.
     *
     * @param logits one row per query
     * @param firstRow the first of them
     * @param count how many
     * @param width logits per row
     * @param factors f of each row of the matrix
     */
    public static void apply(Matrix logits, int firstRow, int count, int width, float[] factors) {
        for (int row = firstRow; row < firstRow + count; row++) {
            shift(logits, row, width, factors[row]);
        }
        Rows.exp(logits, firstRow, count, logits, firstRow);
        for (int row = firstRow; row < firstRow + count; row++) {
            Rows.scale(logits, row, 1 / sum(logits, row), logits, row);
        }
    }

    /** ℓ ← f (ℓ − max ℓ), the padding −∞. */
    private static void shift(Matrix logits, int row, int width, float factor) {
        float[] data = logits.data();
        int from = logits.row(row);
        int whole = width - width % Lanes.COUNT;
        FloatVector least = FloatVector.broadcast(Lanes.SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector largest = least;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            largest = largest.max(FloatVector.fromArray(Lanes.SPECIES, data, from + i));
        }
        for (int i = whole; i < logits.stride(); i += Lanes.COUNT) {
            VectorMask<Float> inside = Lanes.SPECIES.indexInRange(i, width);
            FloatVector hidden = least.blend(FloatVector.fromArray(Lanes.SPECIES, data, from + i), inside);
            hidden.intoArray(data, from + i);
            largest = largest.max(hidden);
        }
        FloatVector max = FloatVector.broadcast(Lanes.SPECIES, largest.reduceLanes(VectorOperators.MAX));
        for (int i = 0; i < logits.stride(); i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, data, from + i)
                    .sub(max)
                    .mul(factor)
                    .intoArray(data, from + i);
        }
    }

    private static float sum(Matrix weights, int row) {
        float[] data = weights.data();
        int from = weights.row(row);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int i = 0; i < weights.stride(); i += Lanes.COUNT) {
            sum = sum.add(FloatVector.fromArray(Lanes.SPECIES, data, from + i));
        }
        return Lanes.sum(sum);
    }
}
