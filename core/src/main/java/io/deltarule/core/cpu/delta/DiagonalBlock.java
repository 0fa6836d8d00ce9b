package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The scores between the rows of one block under a decay per channel, exactly.
 *
 * <pre>
 *   L_ij = f_i Σ_d e_id y_ijd   j &lt; i        M_aj = f_a Σ_d q_ad y_ijd   j ≤ i        y_ijd = k_jd exp(G_id − G_jd)
 * </pre>
 *
 * For each j the key decays row by row as it meets the rows i ≥ j, so that no exponent is ever positive. It does so in
 * registers, four vectors of channels at a time; what these give to L_ij and M_aj is kept as a vector until all channels
 * are through and then summed across its lanes. M's diagonal, which no decay meets, is a plain product.
 *
 * <p>Vectors are neither handed to methods nor chosen by a condition in the loops: the JIT then allocates them.
 */
final class DiagonalBlock {
    /** Rows and columns of a block. */
    static final int SIZE = 16;

    private static final int TILE = 4 * Lanes.COUNT;

    private final Matrix partial; // one vector per row i: for L in the first SIZE rows, for M in the others

    /** The chunk's matrices, set before each use. */
    private ChunkDecay chunk;

    private Matrix decay; // exp(g), one row per micro-step
    private int eraseAt; // the row of x that is micro-step 0's e; negative if L is not wanted
    private int[] readAt; // by micro-step, the row of x that reads after it; negative for none

    DiagonalBlock() {
        partial = Matrix.allocate(2 * SIZE, Lanes.COUNT);
    }

    /**
     * Computes the block whose rows and columns are the chunk's micro-steps [from, to).
     *
     * @param of whose rows x with their factors and keys these are
     * @param steps exp(g), one row per micro-step
     * @param erasures the row of x that is micro-step 0's e; negative if L is not wanted
     * @param reads by micro-step, the row of x that reads after it; negative for none
     * @param scores written in the rows of x: below the diagonal for e, up to it for reads
     */
    void compute(int from, int to, ChunkDecay of, Matrix steps, int erasures, int[] reads, Matrix scores) {
        chunk = of;
        decay = steps;
        eraseAt = erasures;
        readAt = reads;
        for (int j = from; j < to; j++) {
            column(j, to);
            if (readAt[j] >= 0) {
                scores.set(readAt[j], j, Rows.dot(of.x, readAt[j], of.keys, of.firstKey + j) * of.factors[readAt[j]]);
            }
            for (int i = j + 1; i < to; i++) {
                if (eraseAt >= 0) {
                    scores.set(eraseAt + i, j, sum(i - j) * of.factors[eraseAt + i]);
                }
                if (readAt[i] >= 0) {
                    scores.set(readAt[i], j, sum(SIZE + i - j) * of.factors[readAt[i]]);
                }
            }
        }
    }

    private float sum(int row) {
        return Lanes.sum(FloatVector.fromArray(Lanes.SPECIES, partial.data(), partial.row(row)));
    }

    private void column(int j, int to) {
        Arrays.fill(partial.data(), 0);
        int width = chunk.x.stride();
        int column = 0;
        for (; column + TILE <= width; column += TILE) {
            four(j, to, column);
        }
        for (; column < width; column += Lanes.COUNT) {
            one(j, to, column);
        }
    }

    private void four(int j, int to, int column) {
        float[] a = decay.data();
        float[] x = chunk.x.data();
        float[] k = chunk.keys.data();
        float[] sums = partial.data();
        int stride = chunk.x.stride(); // of all matrices here
        int key = (chunk.firstKey + j) * stride + column;
        FloatVector y0 = FloatVector.fromArray(Lanes.SPECIES, k, key);
        FloatVector y1 = FloatVector.fromArray(Lanes.SPECIES, k, key + Lanes.COUNT);
        FloatVector y2 = FloatVector.fromArray(Lanes.SPECIES, k, key + 2 * Lanes.COUNT);
        FloatVector y3 = FloatVector.fromArray(Lanes.SPECIES, k, key + 3 * Lanes.COUNT);
        for (int i = j + 1; i < to; i++) {
            int step = i * stride + column;
            y0 = y0.mul(FloatVector.fromArray(Lanes.SPECIES, a, step));
            y1 = y1.mul(FloatVector.fromArray(Lanes.SPECIES, a, step + Lanes.COUNT));
            y2 = y2.mul(FloatVector.fromArray(Lanes.SPECIES, a, step + 2 * Lanes.COUNT));
            y3 = y3.mul(FloatVector.fromArray(Lanes.SPECIES, a, step + 3 * Lanes.COUNT));
            if (eraseAt >= 0) {
                int at = (eraseAt + i) * stride + column;
                int sum = partial.row(i - j);
                FloatVector products = FloatVector.fromArray(Lanes.SPECIES, x, at)
                        .mul(y0)
                        .add(FloatVector.fromArray(Lanes.SPECIES, x, at + Lanes.COUNT)
                                .mul(y1))
                        .add(FloatVector.fromArray(Lanes.SPECIES, x, at + 2 * Lanes.COUNT)
                                .mul(y2)
                                .add(FloatVector.fromArray(Lanes.SPECIES, x, at + 3 * Lanes.COUNT)
                                        .mul(y3)));
                FloatVector.fromArray(Lanes.SPECIES, sums, sum).add(products).intoArray(sums, sum);
            }
            if (readAt[i] >= 0) {
                int at = readAt[i] * stride + column;
                int sum = partial.row(SIZE + i - j);
                FloatVector products = FloatVector.fromArray(Lanes.SPECIES, x, at)
                        .mul(y0)
                        .add(FloatVector.fromArray(Lanes.SPECIES, x, at + Lanes.COUNT)
                                .mul(y1))
                        .add(FloatVector.fromArray(Lanes.SPECIES, x, at + 2 * Lanes.COUNT)
                                .mul(y2)
                                .add(FloatVector.fromArray(Lanes.SPECIES, x, at + 3 * Lanes.COUNT)
                                        .mul(y3)));
                FloatVector.fromArray(Lanes.SPECIES, sums, sum).add(products).intoArray(sums, sum);
            }
        }
    }

    private void one(int j, int to, int column) {
        float[] x = chunk.x.data();
        float[] sums = partial.data();
        int stride = chunk.x.stride();
        FloatVector y = FloatVector.fromArray(Lanes.SPECIES, chunk.keys.data(), (chunk.firstKey + j) * stride + column);
        for (int i = j + 1; i < to; i++) {
            y = y.mul(FloatVector.fromArray(Lanes.SPECIES, decay.data(), i * stride + column));
            if (eraseAt >= 0) {
                int sum = partial.row(i - j);
                FloatVector products = FloatVector.fromArray(Lanes.SPECIES, x, (eraseAt + i) * stride + column)
                        .mul(y);
                FloatVector.fromArray(Lanes.SPECIES, sums, sum).add(products).intoArray(sums, sum);
            }
            if (readAt[i] >= 0) {
                int sum = partial.row(SIZE + i - j);
                FloatVector products = FloatVector.fromArray(Lanes.SPECIES, x, readAt[i] * stride + column)
                        .mul(y);
                FloatVector.fromArray(Lanes.SPECIES, sums, sum).add(products).intoArray(sums, sum);
            }
        }
    }

    /**
     * Carries a row through micro-steps of the block that decay it and add keys.
     *
     * <pre>  y ← a_j ⊙ y + t_j k_j        j = from … last </pre>
     *
     * @param factors t, one per micro-step of the chunk, in a row of its own
     * @param firstKey the row of k that is micro-step 0's
     * @param y of the same stride as k
     */
    static void carry(
            int from,
            int last,
            Matrix k,
            int firstKey,
            Matrix decay,
            Matrix factors,
            int factorRow,
            Matrix y,
            int yRow) {
        int shift = k.row(firstKey); // decays and keys have rows of the same stride
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
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), shift + at)
                                .mul(factor));
                y1 = y1.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at + Lanes.COUNT),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), shift + at + Lanes.COUNT)
                                .mul(factor));
                y2 = y2.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at + 2 * Lanes.COUNT),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), shift + at + 2 * Lanes.COUNT)
                                .mul(factor));
                y3 = y3.fma(
                        FloatVector.fromArray(Lanes.SPECIES, decay.data(), at + 3 * Lanes.COUNT),
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), shift + at + 3 * Lanes.COUNT)
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
                        FloatVector.fromArray(Lanes.SPECIES, k.data(), shift + at)
                                .mul(t[firstFactor + j]));
            }
            sum.intoArray(into, to);
        }
    }
}
