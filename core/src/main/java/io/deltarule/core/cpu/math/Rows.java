package io.deltarule.core.cpu.math;

import jdk.incubator.vector.FloatVector;

/** Element-wise loops over whole padded rows of matrices of equal stride. */
public final class Rows {
    private Rows() {}

    /** to_i ← a_i · factor. */
    public static void scale(Matrix a, int row, float factor, Matrix to, int toRow) {
        float[] from = a.data();
        float[] into = to.data();
        int source = a.row(row);
        int target = to.row(toRow);
        for (int i = 0; i < a.stride(); i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, from, source + i).mul(factor).intoArray(into, target + i);
        }
    }

    /** to_i ← a_i · b_i. */
    public static void multiply(Matrix a, int row, Matrix b, int bRow, Matrix to, int toRow) {
        float[] left = a.data();
        float[] right = b.data();
        float[] into = to.data();
        int source = a.row(row);
        int other = b.row(bRow);
        int target = to.row(toRow);
        for (int i = 0; i < a.stride(); i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, left, source + i)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, right, other + i))
                    .intoArray(into, target + i);
        }
    }

    /** to_i ← a_i · factor · b_i. */
    public static void scaleMultiply(Matrix a, int row, float factor, Matrix b, int bRow, Matrix to, int toRow) {
        float[] left = a.data();
        float[] right = b.data();
        float[] into = to.data();
        int source = a.row(row);
        int other = b.row(bRow);
        int target = to.row(toRow);
        for (int i = 0; i < a.stride(); i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, left, source + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.SPECIES, right, other + i))
                    .intoArray(into, target + i);
        }
    }

    /** to_i ← to_i · factor − a_i · other. */
    public static void scaleSubtract(Matrix to, int toRow, float factor, Matrix a, int row, float other) {
        float[] from = a.data();
        float[] into = to.data();
        int source = a.row(row);
        int target = to.row(toRow);
        FloatVector minus = FloatVector.broadcast(Lanes.SPECIES, -other);
        for (int i = 0; i < to.stride(); i += Lanes.COUNT) {
            FloatVector scaled =
                    FloatVector.fromArray(Lanes.SPECIES, into, target + i).mul(factor);
            FloatVector.fromArray(Lanes.SPECIES, from, source + i)
                    .fma(minus, scaled)
                    .intoArray(into, target + i);
        }
    }

    /** to_i ← to_i + factor · a_i. */
    public static void accumulate(Matrix to, int toRow, float factor, Matrix a, int row) {
        float[] from = a.data();
        float[] into = to.data();
        int source = a.row(row);
        int target = to.row(toRow);
        FloatVector times = FloatVector.broadcast(Lanes.SPECIES, factor);
        for (int i = 0; i < to.stride(); i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, from, source + i)
                    .fma(times, FloatVector.fromArray(Lanes.SPECIES, into, target + i))
                    .intoArray(into, target + i);
        }
    }

    /** to_i ← to_i + factor · a_i · b_i. */
    public static void accumulateProduct(Matrix to, int toRow, float factor, Matrix a, int row, Matrix b, int bRow) {
        float[] left = a.data();
        float[] right = b.data();
        float[] into = to.data();
        int source = a.row(row);
        int other = b.row(bRow);
        int target = to.row(toRow);
        for (int i = 0; i < to.stride(); i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, left, source + i)
                    .mul(factor)
                    .fma(
                            FloatVector.fromArray(Lanes.SPECIES, right, other + i),
                            FloatVector.fromArray(Lanes.SPECIES, into, target + i))
                    .intoArray(into, target + i);
        }
    }

    /** Σ_i a_i · b_i. */
    public static float dot(Matrix a, int row, Matrix b, int bRow) {
        float[] left = a.data();
        float[] right = b.data();
        int source = a.row(row);
        int other = b.row(bRow);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int i = 0; i < a.stride(); i += Lanes.COUNT) {
            sum = FloatVector.fromArray(Lanes.SPECIES, left, source + i)
                    .fma(FloatVector.fromArray(Lanes.SPECIES, right, other + i), sum);
        }
        return Lanes.sum(sum);
    }

    /** Σ_i a_i. */
    public static float sum(Matrix a, int row) {
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int i = a.row(row); i < a.row(row + 1); i += Lanes.COUNT) {
            sum = sum.add(FloatVector.fromArray(Lanes.SPECIES, a.data(), i));
        }
        return Lanes.sum(sum);
    }

    /** The first {@code count} numbers of to ← those of a, and what is left of the last vector. */
    public static void copy(Matrix a, int row, int count, Matrix to, int toRow) {
        float[] from = a.data();
        float[] into = to.data();
        int source = a.row(row);
        int target = to.row(toRow);
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.SPECIES, from, source + i).intoArray(into, target + i);
        }
    }

    /** to_i ← exp(a_i) in so many rows. Padding of 0 becomes 1: rows that are their own result must have no use for it. */
    public static void exp(Matrix a, int row, int count, Matrix to, int toRow) {
        Exponential.apply(1, a.data(), a.row(row), to.data(), to.row(toRow), count * a.stride());
    }

    /** a_i ← value, padding included. */
    public static void fill(Matrix a, int row, float value) {
        float[] data = a.data();
        int source = a.row(row);
        FloatVector vector = FloatVector.broadcast(Lanes.SPECIES, value);
        for (int i = 0; i < a.stride(); i += Lanes.COUNT) {
            vector.intoArray(data, source + i);
        }
    }
}
