package io.deltarule.core.reference;

import io.deltarule.core.Tensor;
import java.util.Arrays;

/** Nested arrays of float64 to and from row-major float32 tensors. */
final class Flat {
    private Flat() {}

    static void clear(double[][][] values) {
        for (double[][] rows : values) {
            for (double[] row : rows) {
                Arrays.fill(row, 0);
            }
        }
    }

    static void copy(double[][][] from, Tensor to) {
        long at = 0;
        for (double[][] rows : from) {
            for (double[] row : rows) {
                for (double value : row) {
                    to.set(at++, (float) value);
                }
            }
        }
    }

    static void copy(Tensor from, double[][][] to) {
        long at = 0;
        for (double[][] rows : to) {
            for (double[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = from.get(at++);
                }
            }
        }
    }
}
