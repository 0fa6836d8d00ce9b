package io.deltarule.experiments.retrieval;

import io.deltarule.experiments.Vectors;
import java.util.SplittableRandom;

/** Where the write keys come from. All have length 1. */
enum KeySource {
    /** A random rotation of the tag into R^K, linear as a key projection is: V / 2 directions. */
    CONTENT,
    /** Signs of K random projections of the tag: all K directions, at the price of some noise in the cue. */
    LIFTED,
    /** max(0, a)^p of K random projections a of the tag: dense for p = 1, near one-hot for large p. */
    CONCENTRATED,
    /** One row after the other, one-hot, whatever the tag; a query cannot know which row. */
    SLOTS;

    /** Turns tags into keys, for writing and, from a noisy tag, for the linear read. */
    interface Projection {
        double[] key(double[] tag);
    }

    /**
     * The map from tags to keys; for {@link #SLOTS}, whose write keys are made elsewhere, that of the linear read's query.
     *
     * @param power p of CONCENTRATED, else ignored
     */
    Projection projection(int K, int tagSize, double power, SplittableRandom random) {
        double[][] rows = new double[tagSize][];
        for (int i = 0; i < tagSize; i++) {
            rows[i] = Vectors.gaussian(K, random);
        }
        return switch (this) {
            case CONTENT, SLOTS -> {
                Vectors.orthonormalise(rows);
                yield tag -> Vectors.unit(Vectors.combine(tag, rows));
            }
            case LIFTED ->
                tag -> {
                    double[] a = Vectors.combine(tag, rows);
                    for (int i = 0; i < K; i++) {
                        a[i] = Math.signum(a[i]);
                    }
                    return Vectors.unit(a);
                };
            case CONCENTRATED -> tag -> concentrate(Vectors.combine(tag, rows), power);
        };
    }

    private static double[] concentrate(double[] a, double power) {
        double largest = 0;
        for (double x : a) {
            largest = Math.max(largest, x);
        }
        double[] key = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            key[i] = Math.pow(Math.max(0, a[i]) / largest, power); // at most 1: no power overflows
        }
        return Vectors.unit(key);
    }
}
