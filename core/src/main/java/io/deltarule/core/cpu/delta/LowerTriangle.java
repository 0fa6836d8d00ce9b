package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import jdk.incubator.vector.FloatVector;

/**
 * Solves and products with the lower triangle of a chunk. Tiles of {@value #ROWS} rows by {@value #VECTORS} vectors stay
 * in registers while sums run over the rows before them, so that the arithmetic and not the loads bound it. OpenBLAS's
 * strsm takes three to five times as long at the sizes of a chunk. Nothing above the diagonal is multiplied but within a
 * tile, where it has to be 0.
 */
public final class LowerTriangle {
    private static final int ROWS = 4;
    private static final int VECTORS = 4;

    private LowerTriangle() {}

    /**
     * P ← (I + L)⁻¹ P, by forward substitution.
     *
     * @param L [rows, rows] from a row on, of which only what is below the diagonal is read
     * @param P [rows, V] from a row on
     */
    public static void solve(Matrix L, int lRow, int rows, Matrix P, int first) {
        for (int i = 0; i < rows; i += ROWS) {
            int count = Math.min(ROWS, rows - i);
            if (i > 0) {
                add(L, lRow + i, count, i, -1, P, first, P, first + i);
            }
            if (count == ROWS) {
                substitute(L, lRow + i, i, P, first + i);
            } else {
                substituteSome(L, lRow + i, i, count, P, first + i);
            }
        }
    }

    /**
     * P ← (I + L)⁻ᵀ P, by backward substitution.
     *
     * @param L [rows, rows] from a row on, of which only what is below the diagonal is read
     * @param P [rows, V] from a row on
     */
    static void solveTransposed(Matrix L, int lRow, int rows, Matrix P, int first) {
        for (int i = (rows - 1) / ROWS * ROWS; i >= 0; i -= ROWS) {
            int count = Math.min(ROWS, rows - i);
            int after = i + count;
            if (after < rows) {
                addTransposed(L, lRow + after, rows - after, i, count, -1, P, first + after, P, first + i);
            }
            for (int r = count - 2; r >= 0; r--) {
                for (int s = r + 1; s < count; s++) {
                    Rows.accumulate(P, first + i + r, -L.get(lRow + i + s, i + r), P, first + i + s);
                }
            }
        }
    }

    /**
     * Y ← Y + T X in the rows of a read.
     *
     * @param T a row per query from a row on, 0 past the micro-step after which it reads
     * @param span which micro-step that is
     * @param X a row per micro-step from a row on
     * @param Y a row per query from a row on
     */
    public static void addReads(Matrix T, int tRow, ChunkSpan span, Matrix X, int first, Matrix Y, int yRow) {
        for (int a = 0; a < span.queries; a += ROWS) {
            int count = Math.min(ROWS, span.queries - a);
            add(T, tRow + a, count, span.position(a + count - 1) + 1, 1, X, first, Y, yRow + a);
        }
    }

    /** Y ← Y + T X in the rows of the erasure: T [rows, rows] from a row on, 0 from the diagonal on. */
    static void addErasures(Matrix T, int tRow, int rows, Matrix X, int first, Matrix Y, int yRow) {
        for (int i = 0; i < rows; i += ROWS) {
            int count = Math.min(ROWS, rows - i);
            add(T, tRow + i, count, i + count - 1, 1, X, first, Y, yRow + i);
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
    static void addTransposed(Matrix T, Matrix X, ChunkSpan span, boolean erasures, Matrix Y, int yRow) {
        for (int j = 0; j < span.rows; j += ROWS) {
            int count = Math.min(ROWS, span.rows - j);
            int from = span.queriesBefore(j);
            for (int m = 0; m < span.blocks; m++) {
                int row = m * span.queries + from;
                addTransposed(T, row, span.queries - from, j, count, 1, X, row, Y, yRow + j);
            }
            if (erasures) {
                int row = span.eraseAt() + j;
                addTransposed(T, row, span.rows - j, j, count, 1, X, row, Y, yRow + j);
            }
        }
    }

    /** count rows from yRow on ← themselves + sign · Σ_{j < length} T_j X_j. */
    private static void add(
            Matrix T, int row, int count, int length, float sign, Matrix X, int first, Matrix Y, int yRow) {
        add(T.data(), T.row(row), T.stride(), count, length, sign, X, first, Y, yRow);
    }

    /**
     * count rows from yRow on ← themselves + sign · Σ_{i < length} T_{row+i, from…}ᵀ X_{first+i}. The columns of T are laid
     * out as rows first: read with a stride, each load of the loop would be checked against the array's length.
     */
    private static void addTransposed(
            Matrix T, int row, int length, int from, int count, float sign, Matrix X, int first, Matrix Y, int yRow) {
        float[] columns = new float[ROWS * length];
        for (int i = 0; i < length; i++) {
            int at = T.row(row + i) + from;
            for (int r = 0; r < count; r++) {
                columns[r * length + i] = T.data()[at + r];
            }
        }
        add(columns, 0, length, count, length, sign, X, first, Y, yRow);
    }

    /** The factors of a tile's rows begin at an index and lie so many apart. */
    private static void add(
            float[] t, int at, int apart, int count, int length, float sign, Matrix X, int first, Matrix Y, int yRow) {
        int column = 0;
        if (count == ROWS) {
            for (; column + VECTORS * Lanes.COUNT <= X.stride(); column += VECTORS * Lanes.COUNT) {
                addTile(t, at, apart, length, sign, X, first, Y, yRow, column);
            }
        }
        for (; column < X.stride(); column += Lanes.COUNT) {
            for (int r = 0; r < count; r++) {
                addVector(t, at + r * apart, length, sign, X, first, Y, yRow + r, column);
            }
        }
    }

    private static void addTile(
            float[] t, int t0, int apart, int length, float sign, Matrix P, int first, Matrix Y, int yRow, int column) {
        int t1 = t0 + apart;
        int t2 = t1 + apart;
        int t3 = t2 + apart;
        float[] p = P.data();
        int stride = P.stride();
        int at = P.row(first) + column;
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero;
        FloatVector b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        FloatVector c0 = zero, c1 = zero, c2 = zero, c3 = zero;
        FloatVector d0 = zero, d1 = zero, d2 = zero, d3 = zero;
        for (int j = 0; j < length; j++, at += stride) {
            FloatVector p0 = FloatVector.fromArray(Lanes.SPECIES, p, at);
            FloatVector p1 = FloatVector.fromArray(Lanes.SPECIES, p, at + Lanes.COUNT);
            FloatVector p2 = FloatVector.fromArray(Lanes.SPECIES, p, at + 2 * Lanes.COUNT);
            FloatVector p3 = FloatVector.fromArray(Lanes.SPECIES, p, at + 3 * Lanes.COUNT);
            FloatVector m = FloatVector.broadcast(Lanes.SPECIES, t[t0 + j]);
            a0 = m.fma(p0, a0);
            a1 = m.fma(p1, a1);
            a2 = m.fma(p2, a2);
            a3 = m.fma(p3, a3);
            m = FloatVector.broadcast(Lanes.SPECIES, t[t1 + j]);
            b0 = m.fma(p0, b0);
            b1 = m.fma(p1, b1);
            b2 = m.fma(p2, b2);
            b3 = m.fma(p3, b3);
            m = FloatVector.broadcast(Lanes.SPECIES, t[t2 + j]);
            c0 = m.fma(p0, c0);
            c1 = m.fma(p1, c1);
            c2 = m.fma(p2, c2);
            c3 = m.fma(p3, c3);
            m = FloatVector.broadcast(Lanes.SPECIES, t[t3 + j]);
            d0 = m.fma(p0, d0);
            d1 = m.fma(p1, d1);
            d2 = m.fma(p2, d2);
            d3 = m.fma(p3, d3);
        }
        FloatVector s = FloatVector.broadcast(Lanes.SPECIES, sign);
        float[] y = Y.data();
        int to = Y.row(yRow) + column;
        a0.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, to)).intoArray(y, to);
        a1.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, to + Lanes.COUNT)).intoArray(y, to + Lanes.COUNT);
        a2.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, to + 2 * Lanes.COUNT)).intoArray(y, to + 2 * Lanes.COUNT);
        a3.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, to + 3 * Lanes.COUNT)).intoArray(y, to + 3 * Lanes.COUNT);
        int row1 = to + Y.stride();
        b0.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row1)).intoArray(y, row1);
        b1.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row1 + Lanes.COUNT)).intoArray(y, row1 + Lanes.COUNT);
        b2.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row1 + 2 * Lanes.COUNT))
                .intoArray(y, row1 + 2 * Lanes.COUNT);
        b3.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row1 + 3 * Lanes.COUNT))
                .intoArray(y, row1 + 3 * Lanes.COUNT);
        int row2 = to + 2 * Y.stride();
        c0.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row2)).intoArray(y, row2);
        c1.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row2 + Lanes.COUNT)).intoArray(y, row2 + Lanes.COUNT);
        c2.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row2 + 2 * Lanes.COUNT))
                .intoArray(y, row2 + 2 * Lanes.COUNT);
        c3.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row2 + 3 * Lanes.COUNT))
                .intoArray(y, row2 + 3 * Lanes.COUNT);
        int row3 = to + 3 * Y.stride();
        d0.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row3)).intoArray(y, row3);
        d1.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row3 + Lanes.COUNT)).intoArray(y, row3 + Lanes.COUNT);
        d2.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row3 + 2 * Lanes.COUNT))
                .intoArray(y, row3 + 2 * Lanes.COUNT);
        d3.fma(s, FloatVector.fromArray(Lanes.SPECIES, y, row3 + 3 * Lanes.COUNT))
                .intoArray(y, row3 + 3 * Lanes.COUNT);
    }

    /** One vector of one row's sum. */
    private static void addVector(
            float[] t, int from, int length, float sign, Matrix P, int first, Matrix Y, int yRow, int column) {
        int at = P.row(first) + column;
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int j = 0; j < length; j++, at += P.stride()) {
            sum = FloatVector.fromArray(Lanes.SPECIES, P.data(), at)
                    .fma(FloatVector.broadcast(Lanes.SPECIES, t[from + j]), sum);
        }
        int to = Y.row(yRow) + column;
        sum.fma(FloatVector.broadcast(Lanes.SPECIES, sign), FloatVector.fromArray(Lanes.SPECIES, Y.data(), to))
                .intoArray(Y.data(), to);
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
