package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import jdk.incubator.vector.FloatVector;

/**
 * The scores between the rows of one block under a decay per channel, exactly.
 *
 * <pre>
 *   L_ij = Σ_d e_id x_ijd   j &lt; i        M_ij = Σ_d q_id x_ijd   j ≤ i        x_ijd = k_jd exp(G_id − G_jd)
 * </pre>
 *
 * For each j the key decays row by row as it meets the rows i ≥ j, so that no exponent is ever positive. It does so in
 * registers, four vectors of channels at a time; what these give to L_ij and M_ij is kept as a vector until all channels
 * are through and then summed across its lanes.
 */
final class DiagonalBlock {
    /** Rows and columns of a block. */
    static final int SIZE = 16;

    private static final int TILE = 4 * Lanes.COUNT;

    private final Matrix partial; // one vector per row i: for L in the first SIZE rows, for M in the others

    DiagonalBlock() {
        partial = Matrix.allocate(2 * SIZE, Lanes.COUNT);
    }

    /**
     * Computes the block whose rows and columns are the chunk's micro-steps [from, to).
     *
     * @param k keys, one row per micro-step
     * @param decay exp(g), likewise
     * @param e erase keys, likewise; null if L is not wanted
     * @param eraseFactor what row i of e is multiplied by
     * @param q queries
     * @param query the row of q that reads at each micro-step, −1 for none
     * @param L written below its diagonal
     * @param M written up to its diagonal, in the rows of the queries that read here
     */
    void compute(
            int from,
            int to,
            Matrix k,
            Matrix decay,
            Matrix e,
            float[] eraseFactor,
            Matrix q,
            int[] query,
            Matrix L,
            Matrix M) {
        for (int j = from; j < to; j++) {
            column(j, to, k, decay, e, q, query);
            for (int i = j; i < to; i++) {
                if (i > j && e != null) {
                    L.set(i, j, sum(i - j) * eraseFactor[i]);
                }
                if (query[i] >= 0) {
                    M.set(query[i], j, sum(SIZE + i - j));
                }
            }
        }
    }

    private float sum(int row) {
        return Lanes.sum(FloatVector.fromArray(Lanes.SPECIES, partial.data(), partial.row(row)));
    }

    private void column(int j, int to, Matrix k, Matrix decay, Matrix e, Matrix q, int[] query) {
        int width = k.stride();
        int column = 0;
        for (; column + TILE <= width; column += TILE) {
            four(j, to, k, decay, e, q, query, column);
        }
        for (; column < width; column += Lanes.COUNT) {
            one(j, to, k, decay, e, q, query, column);
        }
    }

    private void four(int j, int to, Matrix k, Matrix decay, Matrix e, Matrix q, int[] query, int column) {
        float[] a = decay.data();
        float[] erase = e == null ? null : e.data();
        float[] read = q.data();
        FloatVector x0 = FloatVector.fromArray(Lanes.SPECIES, k.data(), k.row(j) + column);
        FloatVector x1 = FloatVector.fromArray(Lanes.SPECIES, k.data(), k.row(j) + column + Lanes.COUNT);
        FloatVector x2 = FloatVector.fromArray(Lanes.SPECIES, k.data(), k.row(j) + column + 2 * Lanes.COUNT);
        FloatVector x3 = FloatVector.fromArray(Lanes.SPECIES, k.data(), k.row(j) + column + 3 * Lanes.COUNT);
        for (int i = j; i < to; i++) {
            int at = k.row(i) + column; // all four have rows of the same stride
            if (i > j) {
                x0 = x0.mul(FloatVector.fromArray(Lanes.SPECIES, a, at));
                x1 = x1.mul(FloatVector.fromArray(Lanes.SPECIES, a, at + Lanes.COUNT));
                x2 = x2.mul(FloatVector.fromArray(Lanes.SPECIES, a, at + 2 * Lanes.COUNT));
                x3 = x3.mul(FloatVector.fromArray(Lanes.SPECIES, a, at + 3 * Lanes.COUNT));
            }
            if (i > j && erase != null) {
                add(
                        i - j,
                        column,
                        FloatVector.fromArray(Lanes.SPECIES, erase, at)
                                .mul(x0)
                                .add(FloatVector.fromArray(Lanes.SPECIES, erase, at + Lanes.COUNT)
                                        .mul(x1))
                                .add(FloatVector.fromArray(Lanes.SPECIES, erase, at + 2 * Lanes.COUNT)
                                        .mul(x2)
                                        .add(FloatVector.fromArray(Lanes.SPECIES, erase, at + 3 * Lanes.COUNT)
                                                .mul(x3))));
            }
            if (query[i] >= 0) {
                int from = q.row(query[i]) + column;
                add(
                        SIZE + i - j,
                        column,
                        FloatVector.fromArray(Lanes.SPECIES, read, from)
                                .mul(x0)
                                .add(FloatVector.fromArray(Lanes.SPECIES, read, from + Lanes.COUNT)
                                        .mul(x1))
                                .add(FloatVector.fromArray(Lanes.SPECIES, read, from + 2 * Lanes.COUNT)
                                        .mul(x2)
                                        .add(FloatVector.fromArray(Lanes.SPECIES, read, from + 3 * Lanes.COUNT)
                                                .mul(x3))));
            }
        }
    }

    private void one(int j, int to, Matrix k, Matrix decay, Matrix e, Matrix q, int[] query, int column) {
        FloatVector x = FloatVector.fromArray(Lanes.SPECIES, k.data(), k.row(j) + column);
        for (int i = j; i < to; i++) {
            if (i > j) {
                x = x.mul(FloatVector.fromArray(Lanes.SPECIES, decay.data(), decay.row(i) + column));
            }
            if (i > j && e != null) {
                add(
                        i - j,
                        column,
                        FloatVector.fromArray(Lanes.SPECIES, e.data(), e.row(i) + column)
                                .mul(x));
            }
            if (query[i] >= 0) {
                add(
                        SIZE + i - j,
                        column,
                        FloatVector.fromArray(Lanes.SPECIES, q.data(), q.row(query[i]) + column)
                                .mul(x));
            }
        }
    }

    /**
     * Carries a row through micro-steps of the block that decay it and add keys.
     *
     * <pre>  y ← a_j ⊙ y + t_j k_j        j = from … last </pre>
     *
     * @param factors t, one per micro-step of the chunk, in a row of its own
     * @param y a row per query, of the same stride as k
     */
    static void carry(int from, int last, Matrix k, Matrix decay, Matrix factors, int factorRow, Matrix y, int yRow) {
        float[] t = factors.data();
        int firstFactor = factors.row(factorRow);
        float[] into = y.data();
        int column = 0;
        for (; column + TILE <= y.stride(); column += TILE) {
            int to = y.row(yRow) + column;
            FloatVector y0 = FloatVector.fromArray(Lanes.SPECIES, into, to);
            FloatVector y1 = FloatVector.fromArray(Lanes.SPECIES, into, to + Lanes.COUNT);
            FloatVector y2 = FloatVector.fromArray(Lanes.SPECIES, into, to + 2 * Lanes.COUNT);
            FloatVector y3 = FloatVector.fromArray(Lanes.SPECIES, into, to + 3 * Lanes.COUNT);
            for (int j = from; j <= last; j++) {
                FloatVector factor = FloatVector.broadcast(Lanes.SPECIES, t[firstFactor + j]);
                int at = k.row(j) + column;
                y0 = y0.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), at).mul(factor));
                y1 = y1.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at + Lanes.COUNT),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), at + Lanes.COUNT)
                                .mul(factor));
                y2 = y2.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at + 2 * Lanes.COUNT),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), at + 2 * Lanes.COUNT)
                                .mul(factor));
                y3 = y3.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at + 3 * Lanes.COUNT),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), at + 3 * Lanes.COUNT)
                                .mul(factor));
            }
            y0.intoArray(into, to);
            y1.intoArray(into, to + Lanes.COUNT);
            y2.intoArray(into, to + 2 * Lanes.COUNT);
            y3.intoArray(into, to + 3 * Lanes.COUNT);
        }
        for (; column < y.stride(); column += Lanes.COUNT) {
            int to = y.row(yRow) + column;
            FloatVector sum = FloatVector.fromArray(Lanes.SPECIES, into, to);
            for (int j = from; j <= last; j++) {
                int at = k.row(j) + column;
                sum = sum.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), at).mul(t[firstFactor + j]));
            }
            sum.intoArray(into, to);
        }
    }

    private void add(int row, int column, FloatVector products) {
        int at = partial.row(row);
        FloatVector sum = column == 0
                ? products
                : FloatVector.fromArray(Lanes.SPECIES, partial.data(), at).add(products);
        sum.intoArray(partial.data(), at);
    }
}
