package io.deltarule.models.training;

import io.deltarule.core.Tensor;

/**
 * Keeps a matrix' rows on the unit sphere: w ← w / |w| after every step, so that dividing by their lengths changes nothing and
 * the loss is that of a plain projection. Source: Loshchilov et al. 2024, arXiv:2410.01131.
 */
public final class UnitRows {
    private UnitRows() {}

    /**
     * Divides each row by its length; lengths are summed in float64.
     *
     * @param matrix [rows, columns], changed
     */
    public static void project(Tensor matrix) {
        int columns = matrix.dim(1);
        for (long at = 0; at < matrix.size(); at += columns) {
            double sum = 0;
            for (int i = 0; i < columns; i++) {
                double value = matrix.get(at + i);
                sum += value * value;
            }
            double factor = 1 / Math.sqrt(sum);
            for (int i = 0; i < columns; i++) {
                matrix.set(at + i, (float) (matrix.get(at + i) * factor));
            }
        }
    }
}
