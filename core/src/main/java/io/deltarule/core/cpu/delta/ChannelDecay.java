package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A decay per key channel: it stays inside the sums, which are taken in blocks of {@value DiagonalBlock#SIZE} rows. With b
 * the boundary before a block, exp(G_i − G_j) for a row i of it and a column j before it is
 * exp(G_i − G_b) exp(G_b − G_j), two factors of at most 1, and the sum a matrix product; within the block the sums run
 * row by row as the recurrence does, in registers.
 */
final class ChannelDecay extends ChunkDecay {
    private static final int BLOCK = DiagonalBlock.SIZE;

    private final Matrix gates; // g of the tokens that begin in the chunk [C, K]
    private final Matrix factors; // exp g, 1 where a micro-step does not decay [C, K]
    private final Matrix sinceBlock; // exp(G − G_b) [C, K]
    private final Matrix sinceStart; // exp G [C, K]
    private final Matrix untilEnd; // exp(G_C − G) [C, K]
    private final Matrix decayedKeys; // k ⊙ exp(G_b − G) [C, K]
    private final Matrix laterRows; // a ⊙ exp(G − G_b) [blocks · C, K]
    private final Matrix local; // [BLOCK, K]
    private final Matrix work; // [1, K]
    private final Matrix met; // S b with the state before a block [blocks · C, K]
    private final Matrix weights; // [BLOCK, K]
    private final Matrix sum; // [1, K]
    private final Matrix gateGradients; // [C, K]
    private final DiagonalBlock diagonal = new DiagonalBlock();
    private final float[] ones;
    private final int[] rowAt; // of a stacked matrix, by micro-step

    ChannelDecay(int C, int K, int blocks) {
        super(K);
        gates = Matrix.allocate(C, K);
        factors = Matrix.allocate(C, K);
        sinceBlock = Matrix.allocate(C, K);
        sinceStart = Matrix.allocate(C, K);
        untilEnd = Matrix.allocate(C, K);
        decayedKeys = Matrix.allocate(C, K);
        laterRows = Matrix.allocate(blocks * C, K);
        local = Matrix.allocate(BLOCK, K);
        work = Matrix.allocate(1, K);
        met = Matrix.allocate(blocks * C, K);
        weights = Matrix.allocate(BLOCK, K);
        sum = Matrix.allocate(1, K);
        gateGradients = Matrix.allocate(C, K);
        ones = new float[C];
        Arrays.fill(ones, 1);
        rowAt = new int[C];
    }

    @Override
    Matrix gateGradients() {
        return gateGradients;
    }

    @Override
    void prepare(Operands in, int head, long row) {
        for (int i = 0; i < rows; i++) {
            if (decays(in, row, i)) {
                in.g.gather((row + i) / in.householders(), 1, head, gates, i);
                Rows.exp(gates, i, 1, factors, i);
            } else {
                Rows.fill(factors, i, 1);
            }
            accumulate(i, i % BLOCK == 0, sinceBlock);
            accumulate(i, i == 0, sinceStart);
        }
        Rows.fill(untilEnd, rows - 1, 1);
        for (int i = rows - 2; i >= 0; i--) {
            Rows.multiply(untilEnd, i + 1, factors, i + 1, untilEnd, i);
        }
    }

    private void accumulate(int i, boolean first, Matrix product) {
        if (first) {
            Rows.scale(factors, i, 1, product, i);
        } else {
            Rows.multiply(product, i - 1, factors, i, product, i);
        }
    }

    @Override
    void scores(Matrix a, int first, int end, Matrix scores) {
        for (int from = 0; from < rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, rows);
            for (int m = first; m < end; m++) {
                for (int i = from; i < to; i++) {
                    rowAt[i] = m * rows + i;
                    Rows.fill(scores, rowAt[i], 0);
                    Rows.multiply(a, rowAt[i], sinceBlock, i, local, i - from);
                }
                if (from > 0) {
                    OpenBlas.multiplyRightTransposed(
                            to - from,
                            from,
                            K,
                            1,
                            local.segment(),
                            local.stride(),
                            decayedKeys.segment(),
                            decayedKeys.stride(),
                            0,
                            scores.from(m * rows + from),
                            scores.stride());
                }
                diagonal.compute(from, to, keys, factors, null, ones, a, rowAt, null, scores);
            }
            decayKeys(from, to);
        }
    }

    @Override
    void accumulateBefore(Matrix overlaps, int first, int end, Matrix z0, Matrix z) {
        for (int from = 0; from < rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, rows);
            for (int m = first; m < end; m++) {
                int block = m * rows;
                for (int i = from; i < to; i++) {
                    Arrays.fill(overlaps.data(), overlaps.row(block + i) + i, overlaps.row(block + i + 1), 0);
                    carryTo(from, z0, z, block + i);
                }
                if (from > 0) {
                    ChunkProducts.addProduct(overlaps, block + from, to - from, from, decayedKeys, K, z);
                }
                for (int i = from; i < to; i++) {
                    DiagonalBlock.carry(from, i, keys, factors, overlaps, block + i, z, block + i);
                }
            }
            decayKeys(from, to);
        }
    }

    /** A row of S0 b decayed to the boundary before a micro-step. */
    private void carryTo(int from, Matrix z0, Matrix to, int row) {
        if (from > 0) {
            Rows.multiply(z0, row, sinceStart, from - 1, to, row);
        } else {
            Rows.scale(z0, row, 1, to, row);
        }
    }

    @Override
    void accumulateAfter(Matrix overlaps, int end, Matrix a, Matrix z0, Matrix crossing, Matrix y) {
        for (int from = (rows - 1) / BLOCK * BLOCK; from >= 0; from -= BLOCK) {
            int to = Math.min(from + BLOCK, rows);
            for (int j = from; j < to; j++) {
                Rows.multiply(y, j, untilEnd, to - 1, y, j);
            }
            for (int m = 0; m < end && to < rows; m++) {
                OpenBlas.multiplyLeftTransposed(
                        to - from,
                        K,
                        rows - to,
                        1,
                        overlaps.from(m * rows + to, from),
                        overlaps.stride(),
                        laterRows.from(m * rows + to),
                        laterRows.stride(),
                        1,
                        y.from(from),
                        y.stride());
            }
            gates(from, to, overlaps, end, a, z0, crossing, y);
            for (int j = from; j < to; j++) {
                carryBack(j, to, overlaps, end, a, y);
            }
            for (int m = 0; m < end; m++) {
                for (int i = m * rows + to; i < (m + 1) * rows; i++) {
                    Rows.multiply(laterRows, i, sinceBlock, to - 1, laterRows, i);
                }
                for (int i = from; i < to; i++) {
                    Rows.multiply(a, m * rows + i, sinceBlock, i, laterRows, m * rows + i);
                }
            }
        }
    }

    /** y_j ← exp(g_i) ⊙ (y_j + Σ_m T_mij a_mi) for i from the block's last row to j + 1. */
    private void carryBack(int j, int to, Matrix overlaps, int blocks, Matrix a, Matrix y) {
        float[] decay = factors.data();
        float[] rowsOfA = a.data();
        float[] into = y.data();
        for (int column = 0; column < y.stride(); column += Lanes.COUNT) {
            FloatVector sum = FloatVector.fromArray(Lanes.SPECIES, into, y.row(j) + column);
            for (int i = to - 1; i > j; i--) {
                for (int m = 0; m < blocks; m++) {
                    FloatVector overlap = FloatVector.broadcast(Lanes.SPECIES, overlaps.get(m * rows + i, j));
                    sum = FloatVector.fromArray(Lanes.SPECIES, rowsOfA, a.row(m * rows + i) + column)
                            .fma(overlap, sum);
                }
                sum = sum.mul(FloatVector.fromArray(Lanes.SPECIES, decay, factors.row(i) + column));
            }
            sum.intoArray(into, y.row(j) + column);
        }
    }

    @Override
    void sinceStart(Matrix from, int row, int i, Matrix to, int toRow) {
        Rows.multiply(from, row, sinceStart, i, to, toRow);
    }

    @Override
    void untilEnd(Matrix from, int i, Matrix to) {
        Rows.multiply(from, i, untilEnd, i, to, i);
    }

    @Override
    float pass(Matrix state) {
        for (int d = 0; d < K; d++) {
            Rows.scale(state, d, sinceStart.get(rows - 1, d), state, d);
        }
        return 1;
    }

    /** Moves the boundary up to which the keys are decayed from a block's start to its end. */
    private void decayKeys(int from, int to) {
        for (int j = 0; j < from; j++) {
            Rows.multiply(decayedKeys, j, sinceBlock, to - 1, decayedKeys, j);
        }
        Rows.fill(work, 0, 1);
        for (int j = to - 1; j >= from; j--) {
            Rows.multiply(keys, j, work, 0, decayedKeys, j);
            Rows.multiply(work, 0, factors, j, work, 0);
        }
    }

    /**
     * dg of a block's rows. What crosses the whole block, from before it to after it, decays through it once; rows of the
     * block meet what comes before them one after the other.
     *
     * @param y D p before the block, (gradient of the state after the block) p within it
     */
    private void gates(int from, int to, Matrix overlaps, int blocks, Matrix a, Matrix z0, Matrix crossing, Matrix y) {
        Rows.scale(crossing, 0, 1, sum, 0);
        if (from > 0) {
            Rows.multiply(sum, 0, sinceStart, from - 1, sum, 0);
        }
        Rows.fill(work, 0, 1);
        for (int j = from - 1; j >= 0; j--) {
            Rows.multiply(keys, j, work, 0, decayedKeys, j);
            Rows.multiply(work, 0, factors, j, work, 0);
            Rows.accumulateProduct(sum, 0, 1, decayedKeys, j, y, j);
        }
        Rows.multiply(sum, 0, untilEnd, to - 1, sum, 0);
        for (int m = 0; m < blocks; m++) {
            for (int s = m * rows + from; s < (m + 1) * rows; s++) {
                carryTo(from, z0, met, s);
            }
            if (from > 0) {
                ChunkProducts.addProduct(overlaps, m * rows + from, rows - from, from, decayedKeys, K, met);
            }
            for (int s = m * rows + to; s < (m + 1) * rows; s++) {
                Rows.accumulateProduct(sum, 0, 1, laterRows, s, met, s);
            }
        }
        Rows.fill(weights, to - 1 - from, 1);
        for (int t = to - 2; t >= from; t--) {
            Rows.multiply(weights, t + 1 - from, factors, t + 1, weights, t - from);
        }
        for (int t = from; t < to; t++) {
            Rows.multiply(sum, 0, factors, t, sum, 0);
            Rows.multiply(sum, 0, weights, t - from, gateGradients, t);
            Rows.accumulateProduct(sum, 0, 1, keys, t, y, t);
        }
        for (int m = 0; m < blocks; m++) {
            for (int s = from; s < to; s++) {
                meet(from, s, overlaps, a, m * rows + s);
            }
        }
    }

    /** Adds a_s exp(G_s − G_t) ⊙ (S' b_s), the state before the write at t, to dg_t for the rows t ≤ s of a block. */
    private void meet(int from, int s, Matrix overlaps, Matrix a, int row) {
        float[] decay = factors.data();
        float[] weight = weights.data();
        float[] gate = gateGradients.data();
        for (int column = 0; column < a.stride(); column += Lanes.COUNT) {
            FloatVector w = FloatVector.fromArray(Lanes.SPECIES, a.data(), a.row(row) + column);
            for (int t = s; t >= from; t--) {
                w.intoArray(weight, weights.row(t - from) + column);
                w = w.mul(FloatVector.fromArray(Lanes.SPECIES, decay, factors.row(t) + column));
            }
            FloatVector z = FloatVector.fromArray(Lanes.SPECIES, met.data(), met.row(row) + column);
            for (int t = from; t <= s; t++) {
                int at = factors.row(t) + column; // all have rows of the same stride
                z = z.mul(FloatVector.fromArray(Lanes.SPECIES, decay, at));
                z.fma(
                                FloatVector.fromArray(Lanes.SPECIES, weight, weights.row(t - from) + column),
                                FloatVector.fromArray(Lanes.SPECIES, gate, at))
                        .intoArray(gate, at);
                z = FloatVector.fromArray(Lanes.SPECIES, keys.data(), at)
                        .fma(FloatVector.broadcast(Lanes.SPECIES, overlaps.get(row, t)), z);
            }
        }
    }
}
