package io.deltarule.core.reference.delta;

import io.deltarule.core.Tensor;
import java.util.Arrays;

/** Nested arrays of float64 to and from row-major float32 tensors. */
public final class Flat {
    private Flat() {}

    public static void clear(double[][][] values) {
        for (double[][] rows : values) {
            for (double[] row : rows) {
                Arrays.fill(row, 0);
            }
        }
    }

    public static void copy(double[][][] from, Tensor to) {
        long at = 0;
        for (double[][] rows : from) {
            for (double[] row : rows) {
                for (double value : row) {
                    to.set(at++, (float) value);
                }
            }
        }
    }

    public static void copy(Tensor from, double[][][] to) {
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
