package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import jdk.incubator.vector.FloatVector;

/**
 * Solves and products with the lower triangle of a chunk. Tiles of {@value #ROWS} rows by {@value #VECTORS} vectors stay
 * in registers while sums run over the rows before them, so that the arithmetic and not the loads bound it. OpenBLAS's
 * strsm takes three to five times as long at the sizes of a chunk.
 */
public final class LowerTriangle {
    /** Rows of a tile; matrices that it writes have room for a whole number of them. */
    static final int ROWS = 4;

    private static final int VECTORS = 4;

    private LowerTriangle() {}

    /** So many rows, and those that complete the last tile. */
    public static int padded(int rows) {
        return (rows + ROWS - 1) / ROWS * ROWS;
    }

    /**
     * P ← (I + L)⁻¹ P, by forward substitution.
     *
     * @param L [rows, rows], of which only what is below the diagonal is read
     * @param P [rows, V] from a row on; its rows up to a whole tile are overwritten
     */
    public static void solve(Matrix L, int rows, Matrix P, int first) {
        substitute(L, 0, P, first);
        for (int i = ROWS; i < rows; i += ROWS) {
            add(L, i, i, -1, P, first, P, first + i);
            substitute(L, i, P, first + i);
        }
    }

    /**
     * O ← O + M P.
     *
     * @param M a row per query, 0 past the micro-step after which it reads
     * @param span which micro-step that is
     * @param P a row per micro-step from a row on
     * @param O a row per query; its rows up to a whole tile are overwritten
     */
    public static void addProduct(Matrix M, ChunkSpan span, Matrix P, int first, Matrix O) {
        for (int a = 0; a < span.queries; a += ROWS) {
            add(M, a, until(a, span), 1, P, first, O, a);
        }
    }

    /** How many rows of P the tile from query a on reads. */
    private static int until(int a, ChunkSpan span) {
        return span.position(Math.min(a + ROWS, span.queries) - 1) + 1;
    }

    /** Rows from yRow on ← themselves + sign · Σ_{j < count} T_j P_j, in whole rows. */
    private static void add(Matrix T, int row, int count, float sign, Matrix P, int first, Matrix Y, int yRow) {
        int column = 0;
        for (; column + VECTORS * Lanes.COUNT <= P.stride(); column += VECTORS * Lanes.COUNT) {
            addTile(T, row, count, sign, P, first, Y, yRow, column);
        }
        for (; column < P.stride(); column += Lanes.COUNT) {
            addVector(T, row, count, sign, P, first, Y, yRow, column);
        }
    }

    private static void addTile(
            Matrix T, int row, int count, float sign, Matrix P, int first, Matrix Y, int yRow, int column) {
        float[] t = T.data();
        int t0 = T.row(row);
        int t1 = t0 + T.stride();
        int t2 = t1 + T.stride();
        int t3 = t2 + T.stride();
        float[] p = P.data();
        int stride = P.stride();
        int at = P.row(first) + column;
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero;
        FloatVector b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        FloatVector c0 = zero, c1 = zero, c2 = zero, c3 = zero;
        FloatVector d0 = zero, d1 = zero, d2 = zero, d3 = zero;
        for (int j = 0; j < count; j++, at += stride) {
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

    private static void addVector(
            Matrix T, int row, int count, float sign, Matrix P, int first, Matrix Y, int yRow, int column) {
        for (int r = 0; r < ROWS; r++) {
            int from = T.row(row + r);
            int at = P.row(first) + column;
            FloatVector sum = FloatVector.zero(Lanes.SPECIES);
            for (int j = 0; j < count; j++, at += P.stride()) {
                sum = FloatVector.fromArray(Lanes.SPECIES, P.data(), at)
                        .fma(FloatVector.broadcast(Lanes.SPECIES, T.data()[from + j]), sum);
            }
            int to = Y.row(yRow + r) + column;
            sum.fma(FloatVector.broadcast(Lanes.SPECIES, sign), FloatVector.fromArray(Lanes.SPECIES, Y.data(), to))
                    .intoArray(Y.data(), to);
        }
    }

    /** The solve within a tile's rows, of which row i of L is the first. */
    private static void substitute(Matrix L, int i, Matrix P, int row) {
        float[] l = L.data();
        FloatVector l10 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(i + 1) + i]);
        FloatVector l20 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(i + 2) + i]);
        FloatVector l21 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(i + 2) + i + 1]);
        FloatVector l30 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(i + 3) + i]);
        FloatVector l31 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(i + 3) + i + 1]);
        FloatVector l32 = FloatVector.broadcast(Lanes.SPECIES, -l[L.row(i + 3) + i + 2]);
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
