package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Part;
import io.deltarule.core.cpu.math.WorkClock;

/**
 * Cuts products into tiles that fit the registers. Two columns of vectors of B at a time stay in the first-level cache while
 * the rows of A pass. Every number of a product is summed in the order of the depth whatever tile it belongs to, so that it
 * does not depend on what is computed with it.
 */
public final class Tiles {
    /** Columns of a tile. */
    static final int WIDTH = 2 * Lanes.COUNT;

    /** Rows of the largest tile. */
    static final int MOST = 12;

    /** Rows of the largest that is used: one of 12 has 24 sums and needs 27 registers, and x86 without 512-bit vectors has 16. */
    private static final int TALLEST =
            Lanes.COUNT >= 16 || System.getProperty("os.arch").equals("aarch64") ? MOST : 4;

    /** Rows of the smallest. */
    static final int LEAST = 4;

    private Tiles() {}

    /** How many of the rows that are left the next tile takes; fewer than {@value #LEAST} are slow. */
    public static int rows(int left) {
        if (TALLEST == LEAST || left < 8) {
            return Math.min(left, LEAST);
        }
        return left < 12 || left == 16 ? 8 : 12; // 8 + 8 is faster than 12 + 4
    }

    /** C ← diag(α) A B + D with A [m, k], B [k, n], C [m, n]. */
    public static void multiply(int m, int n, int k, Factors alpha, Part a, Part b, Addend d, Part c) {
        long begun = WorkClock.begin();
        multiply(m, n, k, alpha, a, a.stride(), 1, b, d, c);
        WorkClock.product(begun);
    }

    /** C ← diag(α) Aᵀ B + D with A [k, m], B [k, n], C [m, n]. */
    public static void multiplyLeftTransposed(int m, int n, int k, Factors alpha, Part a, Part b, Addend d, Part c) {
        long begun = WorkClock.begin();
        multiply(m, n, k, alpha, a, 1, a.stride(), b, d, c);
        WorkClock.product(begun);
    }

    /** Either: number (i, j) of the left factor is rowStep i + depthStep j after A's first. */
    private static void multiply(
            int m, int n, int k, Factors alpha, Part a, int rowStep, int depthStep, Part b, Addend d, Part c) {
        for (int column = 0; column < n; column += WIDTH) {
            int columns = Math.min(WIDTH, n - column);
            Part panel = columns == WIDTH ? b.fromColumn(column) : padded(b.fromColumn(column), k, columns, WIDTH);
            for (int row = 0, rows; row < m; row += rows) {
                rows = rows(m - row);
                Part left = a.fromColumn(row * rowStep);
                if (columns == WIDTH && rows >= LEAST) {
                    RegisterTiles.compute(
                            rows,
                            left,
                            rowStep,
                            depthStep,
                            panel,
                            k,
                            alpha,
                            d.tile(row, column),
                            d.factors(),
                            row,
                            c.from(row, column));
                    continue;
                }
                Part sums = new Part(new float[MOST * WIDTH], 0, WIDTH);
                Part nothing = Addend.NOTHING.rows();
                if (rows >= LEAST) {
                    RegisterTiles.compute(
                            rows, left, rowStep, depthStep, panel, k, Factors.ONE, nothing, Factors.ONE, 0, sums);
                } else {
                    Part few = few(left, rows, rowStep, depthStep, k);
                    RegisterTiles.compute(LEAST, few, k, 1, panel, k, Factors.ONE, nothing, Factors.ONE, 0, sums);
                }
                merge(rows, columns, alpha, sums, d, row, column, c);
            }
        }
    }

    /** The first columns of k rows, with zeros after them. */
    private static Part padded(Part b, int k, int columns, int width) {
        float[] copy = new float[k * width];
        for (int j = 0; j < k; j++) {
            System.arraycopy(b.data(), b.at() + j * b.stride(), copy, j * width, columns);
        }
        return new Part(copy, 0, width);
    }

    /** Rows of the left factor, fewer than a tile has, with zeros below them. */
    private static Part few(Part a, int rows, int rowStep, int depthStep, int k) {
        float[] copy = new float[LEAST * k];
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < k; j++) {
                copy[r * k + j] = a.data()[a.at() + r * rowStep + j * depthStep];
            }
        }
        return new Part(copy, 0, k);
    }

    /** The last steps of a tile for some of its rows and columns. */
    private static void merge(int rows, int columns, Factors alpha, Part sums, Addend d, int row, int column, Part c) {
        for (int r = 0; r < rows; r++) {
            int from = r * sums.stride();
            int to = c.at() + (row + r) * c.stride() + column;
            int old = d.rows().at() + (row + r) * d.rows().stride() + column;
            float factor = d.factors().values()[d.factors().at(row) + r];
            float times = alpha.values()[alpha.at(row) + r];
            for (int j = 0; j < columns; j++) {
                float added = d.isNothing() ? 0 : d.rows().data()[old + j] * factor;
                c.data()[to + j] = Math.fma(sums.data()[from + j], times, added);
            }
        }
    }
}
