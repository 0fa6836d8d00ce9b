package io.deltarule.models.format.convert;

import io.deltarule.core.layer.Weight;
import java.util.function.IntUnaryOperator;

/**
 * A matrix that is read row by row; a vector is one row.
 *
 * @param rows how many
 * @param width numbers of each
 * @param reader reads one
 */
record MatrixRows(int rows, int width, Reader reader) {
    /** Reads a row. */
    @FunctionalInterface
    interface Reader {
        /** Overwrites as many numbers as a row has. */
        void read(int row, float[] to);
    }

    static MatrixRows of(Weight weight) {
        int width = weight.dim(weight.rank() - 1);
        return new MatrixRows(
                Math.toIntExact(weight.size() / width), width, (row, to) -> weight.read((long) row * width, to));
    }

    /** Other rows of it: row i is its row from(i). */
    MatrixRows rows(int count, IntUnaryOperator from) {
        return new MatrixRows(count, width, (row, to) -> reader.read(from.applyAsInt(row), to));
    }

    /** Its columns in another order: column i is its column from(i). */
    MatrixRows columns(IntUnaryOperator from) {
        return new MatrixRows(rows, width, (row, to) -> {
            float[] given = new float[width];
            reader.read(row, given);
            for (int i = 0; i < width; i++) {
                to[i] = given[from.applyAsInt(i)];
            }
        });
    }

    /** Each number mapped. */
    MatrixRows map(Mapping mapping) {
        return new MatrixRows(rows, width, (row, to) -> {
            reader.read(row, to);
            for (int i = 0; i < to.length; i++) {
                to[i] = mapping.of(to[i]);
            }
        });
    }

    /** A function of a number. */
    @FunctionalInterface
    interface Mapping {
        float of(float x);
    }
}
