package io.deltarule.core.reference.backward;

import java.util.Arrays;

/** Rows of equal width, one after the other. */
final class FlatRows {
    private FlatRows() {}

    /** A copy of one row. */
    static double[] row(double[] rows, int index, int width) {
        return Arrays.copyOfRange(rows, index * width, (index + 1) * width);
    }

    /** Adds to one row, if rows are wanted. */
    static void add(double[] rows, int index, double[] row) {
        for (int i = 0; i < row.length; i++) {
            BackwardRun.add(rows, index * row.length + i, row[i]);
        }
    }
}
