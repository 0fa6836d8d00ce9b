package io.deltarule.experiments;

import java.util.SplittableRandom;

/** Vectors of a handful of channels, in float64. */
public final class Vectors {
    private Vectors() {}

    /** Independent, of mean 0 and variance 1. */
    public static double[] gaussian(int size, SplittableRandom random) {
        double[] x = new double[size];
        for (int i = 0; i < size; i++) {
            x[i] = random.nextGaussian();
        }
        return x;
    }

    /** aᵀ b. */
    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Scales x itself to length 1; zeros stay zeros. */
    public static double[] unit(double[] x) {
        double length = Math.sqrt(dot(x, x));
        if (length > 0) {
            for (int i = 0; i < x.length; i++) {
                x[i] /= length;
            }
        }
        return x;
    }

    /** Σ_i weights_i rows_i. */
    public static double[] combine(double[] weights, double[][] rows) {
        double[] sum = new double[rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            addScaled(sum, weights[i], rows[i]);
        }
        return sum;
    }

    /** x += factor · y. */
    public static void addScaled(double[] x, double factor, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += factor * y[i];
        }
    }

    /** Gram–Schmidt; rows are random and no more than they are long, so none vanishes. */
    public static void orthonormalise(double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                addScaled(rows[i], -dot(rows[i], rows[j]), rows[j]);
            }
            unit(rows[i]);
        }
    }
}
