package io.deltarule.core.cpu.delta.kernel;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Part;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.product.Addend;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Tiles;
import jdk.incubator.vector.FloatVector;

/**
 * Solves and products with the lower triangle of a chunk, in the tiles of {@link Tiles}. OpenBLAS's strsm takes three to five
 * times as long at the sizes of a chunk. Nothing above the diagonal is multiplied but within a tile, where it has to be 0.
 */
public final class LowerTriangle {
    private static final int ROWS = 4;

    private LowerTriangle() {}

    /**
     * P ← (I + L)⁻¹ P, by forward substitution.
     *
     * @param L [rows, rows] from a row on, of which only what is below the diagonal is read
     * @param P [rows, V] from a row on
     */
    public static void solve(Matrix L, int lRow, int rows, Matrix P, int first) {
        for (int i = 0, tile; i < rows; i += tile) {
            tile = Tiles.rows(rows - i);
            if (i > 0) {
                add(L.from(lRow + i), tile, i, Factors.MINUS_ONE, P, first, P, first + i);
            }
            for (int r = 0; r < tile; r += ROWS) {
                int count = Math.min(ROWS, tile - r);
                if (r > 0) {
                    add(L.from(lRow + i + r, i), count, r, Factors.MINUS_ONE, P, first + i, P, first + i + r);
                }
                if (count == ROWS) {
                    substitute(L, lRow + i + r, i + r, P, first + i + r);
                } else {
                    substituteSome(L, lRow + i + r, i + r, count, P, first + i + r);
                }
            }
        }
    }

    /**
     * P ← (I + L)⁻ᵀ P, by backward substitution.
     *
     * @param L [rows, rows] from a row on, of which only what is below the diagonal is read
     * @param P [rows, V] from a row on
     */
    public static void solveTransposed(Matrix L, int lRow, int rows, Matrix P, int first) {
        for (int end = rows, tile; end > 0; end -= tile) {
            tile = Tiles.rows(end);
            int i = end - tile;
            if (end < rows) {
                addTransposed(L.from(lRow + end, i), rows - end, tile, Factors.MINUS_ONE, P, first + end, P, first + i);
            }
            for (int r = (tile - 1) / ROWS * ROWS; r >= 0; r -= ROWS) {
                int count = Math.min(ROWS, tile - r);
                int after = r + count;
                if (after < tile) {
                    Part later = L.from(lRow + i + after, i + r);
                    addTransposed(
                            later, tile - after, count, Factors.MINUS_ONE, P, first + i + after, P, first + i + r);
                }
                substituteTransposed(L, lRow + i + r, i + r, count, P, first + i + r);
            }
        }
    }

    /** The transposed solve within some rows, of which a row of L and its column i are the first. */
    private static void substituteTransposed(Matrix L, int lRow, int i, int count, Matrix P, int row) {
        for (int r = count - 2; r >= 0; r--) {
            for (int s = r + 1; s < count; s++) {
                Rows.accumulate(P, row + r, -L.get(lRow + s, i + r), P, row + s);
            }
        }
    }

    /**
     * Y ← diag(f) Y + T X in the rows of a read.
     *
     * @param T a row per query from a row on, 0 past the micro-step after which it reads
     * @param span which micro-step that is
     * @param X a row per micro-step from a row on
     * @param factors f, by query
     * @param Y a row per query from a row on
     */
    public static void addReads(
            Matrix T, int tRow, ChunkSpan span, Matrix X, int first, Factors factors, Matrix Y, int yRow) {
        for (int a = 0, tile; a < span.queries; a += tile) {
            tile = Tiles.rows(span.queries - a);
            int length = span.position(a + tile - 1) + 1;
            Part to = Y.from(yRow + a);
            Addend scaled = new Addend(to, factors.from(a));
            Tiles.multiply(tile, X.stride(), length, Factors.ONE, T.from(tRow + a), X.from(first), scaled, to);
        }
    }

    /** Y ← Y + T X in the rows of the erasure: T [rows, rows] from a row on, 0 from the diagonal on. */
    public static void addErasures(Matrix T, int tRow, int rows, Matrix X, int first, Matrix Y, int yRow) {
        for (int i = 0, tile; i < rows; i += tile) {
            tile = Tiles.rows(rows - i);
            add(T.from(tRow + i), tile, i + tile - 1, Factors.ONE, X, first, Y, yRow + i);
        }
    }

    /**
     * Y ← Y + Σ Tᵀ X over the rows of all reads, and of the erasure where it is asked for.
     *
     * @param T the rows of all blocks, 0 past the micro-step that they belong to
     * @param X likewise
     * @param erasures whether the erasure's rows are among them
     * @param Y a row per micro-step from a row on
     */
    public static void addTransposed(Matrix T, Matrix X, ChunkSpan span, boolean erasures, Matrix Y, int yRow) {
        for (int j = 0, tile; j < span.rows; j += tile) {
            tile = Tiles.rows(span.rows - j);
            int from = span.queriesBefore(j);
            for (int m = 0; m < span.blocks; m++) {
                int row = m * span.queries + from;
                addTransposed(T.from(row, j), span.queries - from, tile, Factors.ONE, X, row, Y, yRow + j);
            }
            if (erasures) {
                int row = span.eraseAt() + j;
                addTransposed(T.from(row, j), span.rows - j, tile, Factors.ONE, X, row, Y, yRow + j);
            }
        }
    }

    /** count rows from yRow on ← themselves + sign · Σ_{j < length} T_j X_j. */
    private static void add(Part T, int count, int length, Factors sign, Matrix X, int first, Matrix Y, int yRow) {
        Tiles.multiply(
                count, X.stride(), length, sign, T, X.from(first), new Addend(Y.from(yRow), Factors.ONE), Y.from(yRow));
    }

    /** count rows from yRow on ← themselves + sign · Σ_{i < length} T_iᵀ X_{first+i}. */
    private static void addTransposed(
            Part T, int length, int count, Factors sign, Matrix X, int first, Matrix Y, int yRow) {
        Tiles.multiplyLeftTransposed(
                count, X.stride(), length, sign, T, X.from(first), new Addend(Y.from(yRow), Factors.ONE), Y.from(yRow));
    }

    /** The solve within the last rows, which do not fill a tile. */
    private static void substituteSome(Matrix L, int lRow, int i, int count, Matrix P, int row) {
        for (int r = 1; r < count; r++) {
            for (int s = 0; s < r; s++) {
                Rows.accumulate(P, row + r, -L.get(lRow + r, i + s), P, row + s);
            }
        }
    }

    /** The solve within a tile's rows, of which a row of L and its column i are the first. */
    private static void substitute(Matrix L, int lRow, int i, Matrix P, int row) {
        float[] l = L.data();
        FloatVector l10 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(lRow + 1) + i]);
        FloatVector l20 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(lRow + 2) + i]);
        FloatVector l21 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(lRow + 2) + i + 1]);
        FloatVector l30 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(lRow + 3) + i]);
        FloatVector l31 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(lRow + 3) + i + 1]);
        FloatVector l32 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(lRow + 3) + i + 2]);
        float[] p = P.data();
        int stride = P.stride();
        int at = P.row(row);
        int end = at + stride;
        for (; at < end; at += Lanes.COUNT) {
            FloatVector p0 = FloatVector.fromArray(Lanes.SPECIES, p, at);
            FloatVector p1 = l10.fma(p0, FloatVector.fromArray(Lanes.SPECIES, p, at + stride));
            FloatVector p2 = l21.fma(p1, l20.fma(p0, FloatVector.fromArray(Lanes.SPECIES, p, at + 2 * stride)));
            FloatVector p3 =
                    l32.fma(p2, l31.fma(p1, l30.fma(p0, FloatVector.fromArray(Lanes.SPECIES, p, at + 3 * stride))));
            p1.intoArray(p, at + stride);
            p2.intoArray(p, at + 2 * stride);
            p3.intoArray(p, at + 3 * stride);
        }
    }
}
