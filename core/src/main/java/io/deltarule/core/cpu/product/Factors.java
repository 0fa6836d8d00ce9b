package io.deltarule.core.cpu.product;

import java.util.Arrays;

/**
 * What the rows of a matrix are multiplied by.
 *
 * @param values the factors
 * @param first where that of the first row is
 * @param step 1, or 0 where all rows have the same; then a tile's are there
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Factors(float[] values, int first, int step) {
    /** Leaves rows as they are. */
    public static final Factors ONE = all(1);

    /** Changes the sign. */
    public static final Factors MINUS_ONE = all(-1);

    private static Factors all(float factor) {
        float[] values = new float[Tiles.MOST];
        Arrays.fill(values, factor);
        return new Factors(values, 0, 0);
    }

    /** The same for all rows. */
    static Factors of(float factor) {
        return factor == 1 ? ONE : all(factor);
    }

    /**
     * One for each row.
     *
     * @param first where the first row's is
     */
    public static Factors of(float[] values, int first) {
        return new Factors(values, first, 1);
    }

    /** Those of the rows from one on. */
    public Factors from(int row) {
        return new Factors(values, at(row), step);
    }

    /** Where a row's is. */
    int at(int row) {
        return first + row * step;
    }
}
