package io.deltarule.core.reference.delta;

import io.deltarule.core.Tensor;
import java.util.Arrays;

/** Nested arrays of float64 row by row, to and from float32 tensors. */
public final class Flat {
    private Flat() {}

    public static void clear(double[][][] values) {
        for (double[][] rows : values) {
            for (double[] row : rows) {
                Arrays.fill(row, 0);
            }
        }
    }

    /** A tensor's numbers, null for null. */
    public static double[] widened(Tensor tensor) {
        if (tensor == null) {
            return null;
        }
        double[] numbers = new double[Math.toIntExact(tensor.size())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = tensor.get(i);
        }
        return numbers;
    }

    /** All numbers in one array. */
    public static double[] of(double[][][]... values) {
        return Arrays.stream(values)
                .flatMap(Arrays::stream)
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
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
