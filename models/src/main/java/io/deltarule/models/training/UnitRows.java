package io.deltarule.models.training;

import io.deltarule.core.Tensor;

/**
 * Keeps a matrix' rows on the unit sphere: w ← w / |w| after every step, so that dividing by their lengths changes nothing and
 * the loss is that of a plain projection. Source: Loshchilov et al. 2024, arXiv:2410.01131.
 */
final class UnitRows {
    /** Rows as near to length 1 as float32 leaves them stay as they are: doing it twice is doing it once. */
    private static final double ROUNDED = 1e-6;

    private UnitRows() {}

    /**
     * Divides each row by its length; lengths are summed in float64.
     *
     * @param matrix [rows, columns], changed
     */
    static void project(Tensor matrix) {
        int columns = matrix.dim(1);
        for (long at = 0; at < matrix.size(); at += columns) {
            double sum = 0;
            for (int i = 0; i < columns; i++) {
                double value = matrix.get(at + i);
                sum += value * value;
            }
            double factor = 1 / Math.sqrt(sum);
            for (int i = 0; Math.abs(factor - 1) > ROUNDED && i < columns; i++) {
                matrix.set(at + i, (float) (matrix.get(at + i) * factor));
            }
        }
    }
}
