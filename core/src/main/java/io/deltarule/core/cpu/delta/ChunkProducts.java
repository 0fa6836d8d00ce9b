package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Part;
import io.deltarule.core.cpu.product.Addend;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;

/**
 * The products of one chunk, in the shapes in which the chunkwise form and its baseline in
 * {@code core.measure} use them; {@link LowerTriangle} has the others. Products above the diagonal are left out in panels of
 * {@value #PANEL}; narrower ones cost more in calls than they save in arithmetic.
 */
public final class ChunkProducts {
    private static final int PANEL = 32;

    private final Products products;

    /** @param products which multiply */
    public ChunkProducts(Products products) {
        this.products = products;
    }

    /** What multiplies. */
    Products products() {
        return products;
    }

    /**
     * The lower triangles of q kᵀ and e kᵀ.
     *
     * @param x the rows of all blocks, of which [q; e] are read
     * @param span where these are
     * @param K how many columns they and the keys have
     * @param k whose rows are the keys, of the same stride as x
     * @param firstKey the first of these rows
     * @param scores written in the rows of [q; e]; what lies above the diagonal by a panel or more is not written
     */
    public void scores(Matrix x, ChunkSpan span, int K, Matrix k, int firstKey, Matrix scores) {
        int q = span.readAt();
        int e = span.eraseAt();
        int rows = span.rows;
        for (int from = 0; from < rows; from += PANEL) {
            int columns = Math.min(PANEL, rows - from);
            Part panel = k.from(firstKey + from);
            if (from == 0) {
                multiplyTransposed(x, q, e - q + rows, panel, columns, K, scores, from);
            } else {
                int before = span.queriesBefore(from);
                if (e - q > before) {
                    multiplyTransposed(x, q + before, e - q - before, panel, columns, K, scores, from);
                }
                multiplyTransposed(x, e + from, rows - from, panel, columns, K, scores, from);
            }
        }
    }

    /**
     * The lower triangle of x kᵀ for one block of reads.
     *
     * @param x a row per query from a row on, of the same stride as k
     * @param depth how many columns x and k have
     * @param scores likewise; what lies above the diagonal by a panel or more is not written
     */
    void readScores(Matrix x, int first, ChunkSpan span, int depth, Matrix k, int firstKey, Matrix scores) {
        for (int from = 0; from < span.rows; from += PANEL) {
            int before = span.queriesBefore(from);
            if (span.queries > before) {
                int columns = Math.min(PANEL, span.rows - from);
                multiplyTransposed(
                        x,
                        first + before,
                        span.queries - before,
                        k.from(firstKey + from),
                        columns,
                        depth,
                        scores,
                        from);
            }
        }
    }

    /** Likewise for the erasure's block, which begins at a row of x and of scores. */
    void eraseScores(Matrix x, int first, ChunkSpan span, int depth, Matrix k, int firstKey, Matrix scores) {
        for (int from = 0; from < span.rows; from += PANEL) {
            int columns = Math.min(PANEL, span.rows - from);
            multiplyTransposed(
                    x, first + from, span.rows - from, k.from(firstKey + from), columns, depth, scores, from);
        }
    }

    /** to[first …, column …] ← a[first …] bᵀ, with count rows of a and columns rows of b, of the same stride. */
    void multiplyTransposed(Matrix a, int first, int count, Part b, int columns, int K, Matrix to, int column) {
        products.multiplyRightTransposed(count, columns, K, a.from(first), b, 0, to.from(first, column));
    }

    /** Y ← Y + T k in count rows of both from one on, with T [count, columns], k [columns, K]. */
    void addProduct(Matrix t, int first, int count, int columns, Matrix k, int K, Matrix y) {
        products.multiply(count, K, columns, t.from(first), k.from(0), 1, y.from(first));
    }

    /** Y ← X S with X [rows, K] from a row on, S [K, V], Y from a row on. */
    public void readState(Matrix x, int first, int rows, int K, Matrix state, int V, Matrix stateReads, int toRow) {
        products.multiply(rows, V, K, x.from(first), state.from(0), 0, stateReads.from(toRow));
    }

    /**
     * Y ← diag(f) X S + D with X [rows, K], S [K, V].
     *
     * @param factors f
     * @param d D, may be Y
     */
    void readState(Factors factors, Part x, int rows, int K, Matrix state, int V, Addend d, Part to) {
        products.multiply(rows, V, K, factors, x, state.from(0), d, to);
    }

    /** S ← decay · S + kᵀ P with k [rows, K] from a row on, P [rows, V]. */
    public void write(Matrix k, int firstKey, int rows, int K, Part pseudoValues, int V, float decay, Matrix state) {
        products.multiplyLeftTransposed(K, V, rows, k.from(firstKey), pseudoValues, decay, state.from(0));
    }

    /** Multiplications and additions in the part that is computed of a lower triangle [C, C] of products of a length. */
    public static double triangleFlops(int C, int length) {
        double computed = 0;
        for (int from = 0; from < C; from += PANEL) {
            computed += (double) (C - from) * Math.min(PANEL, C - from);
        }
        return 2 * computed * length;
    }
}
