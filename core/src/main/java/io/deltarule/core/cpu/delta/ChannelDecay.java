package io.deltarule.core.cpu.delta;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A decay per key channel: it stays inside the sums, which are taken in blocks of {@value DiagonalBlock#SIZE} micro-steps.
 * With b the boundary before a block of rows,
 *
 * <pre>
 *   columns before it:  N_rj = Σ_d [x_rd exp(G_id − G_bd)] · [k_jd exp(G_bd − G_jd)]     both factors ≤ 1, a product
 *   its own columns:    N_rj = Σ_d x_rd k_jd exp(G_id − G_jd)                            see {@link DiagonalBlock}
 * </pre>
 *
 * The right factors are the keys decayed up to b; moving on to the next block multiplies them by that block's decay, and
 * after the last they are the k ⊙ exp(G_C − G) that the new state needs.
 */
final class ChannelDecay extends ChunkDecay {
    private static final int BLOCK = DiagonalBlock.SIZE;

    private final Matrix gates; // g of the tokens that begin in the chunk [C, K]
    private final Matrix steps; // exp g, 1 where a micro-step does not decay [C, K]
    private final Matrix sinceBlock; // exp(G − G_b) [C, K]
    private final Matrix sinceStart; // exp G [C, K]
    private final Matrix startRows; // f x ⊙ exp G [stacked, K]
    private final Matrix
            local; // f x ⊙ exp(G − G_b) of a block's rows, one block of reads after the other, then the erasure's
    private final Matrix localScores; // their products with the decayed keys
    private final Matrix decayedKeys; // k ⊙ exp(G_b − G) [C, K]
    private final Matrix work; // [1, K]
    private final DiagonalBlock diagonal = new DiagonalBlock();
    private final int[] readAt; // by micro-step, a row of x
    private final ChannelGateGradients gradients; // null forward

    /**
     * Room for the largest chunk.
     *
     * @param blocks of reads, at most
     * @param backward whether gradients are wanted
     */
    ChannelDecay(int C, int K, int blocks, boolean backward, ChunkProducts chunkProducts) {
        super(K, chunkProducts);
        gates = Matrix.allocate(C, K);
        steps = Matrix.allocate(C, K);
        sinceBlock = Matrix.allocate(C, K);
        sinceStart = Matrix.allocate(C, K);
        startRows = Matrix.allocate((blocks + 1) * C, K);
        local = Matrix.allocate((blocks + 1) * BLOCK, K);
        localScores = Matrix.allocate((blocks + 1) * BLOCK, C);
        decayedKeys = Matrix.allocate(C, K);
        work = Matrix.allocate(1, K);
        readAt = new int[C];
        gradients = backward ? new ChannelGateGradients(C, K, blocks) : null;
    }

    @Override
    void prepare(Operands in, int head) {
        int begun = span.tokensBegun();
        in.g.gather(span.tokenOf(span.firstBegun()), begun, head, gates, 0);
        for (int i = 0, next = 0; i < span.rows; i++) {
            if (span.beginsToken(i)) {
                Rows.exp(gates, next++, 1, steps, i);
            } else {
                Rows.fill(steps, i, 1);
            }
            accumulate(i, i % BLOCK == 0, sinceBlock);
            accumulate(i, i == 0, sinceStart);
        }
    }

    /** The row a_i, or what it makes of the product of decays before it. */
    private void accumulate(int i, boolean first, Matrix product) {
        if (first) {
            Rows.copy(steps, i, steps.stride(), product, i);
        } else {
            Rows.multiply(product, i - 1, steps, i, product, i);
        }
    }

    @Override
    void scores(boolean changed, Matrix scores) {
        scores(Math.max(0, span.blocks - 1), span.blocks, true, scores);
    }

    @Override
    void readScores(int blocks, Matrix scores) {
        scores(0, blocks, false, scores);
    }

    /** The scores of the blocks [begin, end) of reads, and of the erasure where asked for, with the last of them. */
    private void scores(int begin, int end, boolean erasures, Matrix scores) {
        for (int from = 0; from < span.rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, span.rows);
            int firstQuery = span.queriesBefore(from);
            int endQuery = span.queriesBefore(to);
            int count = 0;
            for (int m = begin; m < end; m++) {
                for (int a = firstQuery; a < endQuery; a++) {
                    int row = m * span.queries + a;
                    decayRow(row, span.position(a), count++);
                    Rows.fill(scores, row, 0);
                }
            }
            if (erasures) {
                for (int i = from; i < to; i++) {
                    decayRow(span.eraseAt() + i, i, count++);
                }
            }
            if (from > 0 && count > 0) {
                chunkProducts.multiplyTransposed(local, 0, count, decayedKeys.from(0), from, K, localScores, 0);
                spread(begin, end, firstQuery, endQuery, from, to, erasures, scores);
            }
            for (int m = begin; m < Math.max(end, begin + 1); m++) {
                boolean last = m >= end - 1;
                for (int i = from; i < to; i++) {
                    int a = m < end ? span.queryAt(i) : -1;
                    readAt[i] = a < 0 ? -1 : m * span.queries + a;
                }
                diagonal.compute(from, to, this, steps, erasures && last ? span.eraseAt() : -1, readAt, scores);
            }
            decayKeys(from, to);
        }
    }

    /** Copies the products of a block's rows with the columns before it to where they belong. */
    private void spread(
            int begin, int end, int firstQuery, int endQuery, int from, int to, boolean erasures, Matrix scores) {
        int row = 0;
        for (int m = begin; m < end; m++) {
            for (int a = firstQuery; a < endQuery; a++) {
                Rows.copy(localScores, row++, from, scores, m * span.queries + a);
            }
        }
        for (int i = from; erasures && i < to; i++) {
            Rows.copy(localScores, row++, from, scores, span.eraseAt() + i);
        }
    }

    /** Decays a row of x since the block's and since the chunk's start. */
    private void decayRow(int row, int micro, int toLocal) {
        float[] from = x.data();
        float[] block = sinceBlock.data();
        float[] start = sinceStart.data();
        float factor = factors[row];
        int at = x.row(row);
        int decay = steps.row(micro); // all have rows of the same stride
        int l = local.row(toLocal);
        int r = startRows.row(row);
        for (int c = 0; c < x.stride(); c += Lanes.COUNT) {
            FloatVector value =
                    FloatVector.fromArray(Lanes.SPECIES, from, at + c).mul(factor);
            value.mul(FloatVector.fromArray(Lanes.SPECIES, block, decay + c)).intoArray(local.data(), l + c);
            value.mul(FloatVector.fromArray(Lanes.SPECIES, start, decay + c)).intoArray(startRows.data(), r + c);
        }
    }

    /** Moves the boundary up to which the keys are decayed from a block's start to its end. */
    private void decayKeys(int from, int to) {
        for (int j = 0; j < from; j++) {
            Rows.multiply(decayedKeys, j, sinceBlock, to - 1, decayedKeys, j);
        }
        Rows.fill(work, 0, 1);
        for (int j = to - 1; j >= from; j--) {
            Rows.multiply(keys, firstKey + j, work, 0, decayedKeys, j);
            Rows.multiply(work, 0, steps, j, work, 0);
        }
    }

    @Override
    Matrix startRows() {
        return startRows;
    }

    @Override
    float startFactor(int row) {
        return 1;
    }

    @Override
    Matrix endKeys() {
        return decayedKeys;
    }

    @Override
    int firstEndKey() {
        return 0;
    }

    @Override
    float endFactor(int i) {
        return 1;
    }

    @Override
    float pass(Matrix state) {
        for (int d = 0; d < K; d++) {
            Rows.scale(state, d, sinceStart.get(span.rows - 1, d), state, d);
        }
        return 1;
    }

    @Override
    void meetReads(int blocks, Matrix overlaps, Matrix z0, Matrix z, boolean after) {
        for (int from = 0; from < span.rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, span.rows);
            int firstQuery = span.queriesBefore(from);
            int endQuery = span.queriesBefore(to);
            for (int m = 0; m < blocks; m++) {
                int first = m * span.queries + firstQuery;
                for (int a = firstQuery; a < endQuery; a++) {
                    enter(from, span.position(a) + (after ? 1 : 0), m * span.queries + a, overlaps, z0, z);
                }
                if (from > 0 && endQuery > firstQuery) {
                    chunkProducts.addProduct(overlaps, first, endQuery - firstQuery, from, decayedKeys, K, z);
                }
                for (int a = firstQuery; a < endQuery; a++) {
                    int row = m * span.queries + a;
                    DiagonalBlock.carry(from, span.position(a), keys, firstKey, steps, overlaps, row, z, row);
                }
            }
            decayKeys(from, to);
        }
    }

    @Override
    void meetErasures(Matrix overlaps, Matrix z0, Matrix z) {
        int e = span.eraseAt();
        for (int from = 0; from < span.rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, span.rows);
            for (int i = from; i < to; i++) {
                enter(from, i, e + i, overlaps, z0, z);
            }
            if (from > 0) {
                chunkProducts.addProduct(overlaps, e + from, to - from, from, decayedKeys, K, z);
            }
            for (int i = from; i < to; i++) {
                DiagonalBlock.carry(from, i, keys, firstKey, steps, overlaps, e + i, z, e + i);
            }
            decayKeys(from, to);
        }
    }

    /** Leaves out the overlaps of a row from a column on, and decays its row of S0 b to the boundary before a block. */
    private void enter(int from, int end, int row, Matrix overlaps, Matrix z0, Matrix z) {
        Arrays.fill(overlaps.data(), overlaps.row(row) + end, overlaps.row(row + 1), 0);
        carryTo(from, z0, z, row);
    }

    /** A row of S0 b decayed to the boundary before a micro-step. */
    void carryTo(int from, Matrix z0, Matrix to, int row) {
        if (from > 0) {
            Rows.multiply(z0, row, sinceStart, from - 1, to, row);
        } else {
            Rows.copy(z0, row, z0.stride(), to, row);
        }
    }

    @Override
    void accumulateAfter(Matrix overlaps, Matrix z0, Matrix crossing, Matrix y) {
        gradients.accumulateAfter(this, overlaps, z0, crossing, y);
    }

    @Override
    Matrix gateGradients() {
        return gradients == null ? null : gradients.result();
    }

    /** exp g, one row per micro-step. */
    Matrix steps() {
        return steps;
    }

    /** exp(G − G_b), likewise. */
    Matrix sinceBlock() {
        return sinceBlock;
    }

    /** exp G, likewise. */
    Matrix sinceStart() {
        return sinceStart;
    }
}
