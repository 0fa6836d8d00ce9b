package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Chunks with a decay per key channel. The decay stays inside the sums over channels, so L and M are built in blocks of
 * 16 rows. With b the boundary before a block of rows,
 *
 * <pre>
 *   columns before it:  L_ij = Σ_d [e_id exp(G_id − G_bd)] · [k_jd exp(G_bd − G_jd)]     both factors ≤ 1, a product
 *   its own columns:    L_ij = Σ_d e_id k_jd exp(G_id − G_jd)                            exactly, pair by pair
 * </pre>
 *
 * and M likewise with q. The right factors are the keys decayed up to b; moving on to the next block multiplies them by
 * that block's decay, and after the last they are the k ⊙ exp(G_C − G) that the new state needs.
 */
final class ChannelChunkWorker extends ChunkWorker {
    private static final int BLOCK = 16;

    private final Matrix queryRows; // scale · q [C, K]
    private final Matrix keyRows; // k [C, K]
    private final Matrix eraseRows; // e [C, K]
    private final Matrix decays; // a = exp g, 1 where a micro-step does not decay [C, K]
    private final Matrix reads; // [q ⊙ exp G; e ⊙ exp G] [2C, K]
    private final Matrix localQueries; // q ⊙ exp(G − G_b) [16, K]
    private final Matrix localErases; // e ⊙ exp(G − G_b) [16, K]
    private final Matrix decayedKeys; // k ⊙ exp(G_b − G) [C, K]
    private final Matrix work; // rows of width K

    private static final int SINCE_BLOCK = 0;
    private static final int SINCE_START = 1;
    private static final int GAIN = 2;
    private static final int PAIR_KEY = 3;
    private static final int WORK_ROWS = 4;

    ChannelChunkWorker(PlanSpec spec, Matrix[] kept, int heads, Arena arena) {
        super(spec, kept, heads, arena);
        int K = planned.K();
        queryRows = Matrix.allocate(arena, C, K);
        keyRows = Matrix.allocate(arena, C, K);
        eraseRows = Matrix.allocate(arena, C, K);
        decays = Matrix.allocate(arena, C, K);
        reads = Matrix.allocate(arena, 2 * C, K);
        localQueries = Matrix.allocate(arena, BLOCK, K);
        localErases = Matrix.allocate(arena, BLOCK, K);
        decayedKeys = Matrix.allocate(arena, C, K);
        work = Matrix.allocate(arena, WORK_ROWS, K);
    }

    @Override
    void prepare(Operands in, int firstHead) {
        in.k.gather(row, 1, rows, firstHead, keyRows, 0);
        in.q.gather(token, 1, queries, firstHead, queryRows, 0);
        for (int a = 0; a < queries; a++) {
            Rows.scale(queryRows, a, in.scale, queryRows, a);
        }
    }

    @Override
    void advance(Operands in, int head, boolean first, Matrix state) {
        int K = planned.K();
        int V = planned.V();
        gatherErase(in, head);
        gatherDecay(in, head);
        scores(in);
        OpenBlas.multiply(
                queries + rows,
                V,
                K,
                1,
                reads.address(),
                reads.stride(),
                state.address(),
                state.stride(),
                0,
                stateReads.address(),
                stateReads.stride());
        gatherWrites(in, head);
        for (int i = 0; i < rows; i++) {
            Rows.scaleSubtract(pseudoValues, i, writeFactor(in, i, head), stateReads, queries + i, 1);
        }
        solveAndRead();
        for (int d = 0; d < K; d++) {
            Rows.scale(state, d, work.get(SINCE_START, d), state, d);
        }
        OpenBlas.multiplyLeftTransposed(
                K,
                V,
                rows,
                1,
                decayedKeys.address(),
                decayedKeys.stride(),
                pseudoValues.address(),
                pseudoValues.stride(),
                1,
                state.address(),
                state.stride());
    }

    private void gatherErase(Operands in, int head) {
        in.eraseVector.gather(row, 1, rows, head, eraseRows, 0);
        for (int i = 0; i < rows; i++) {
            if (in.eraseGainIsScalar) {
                Rows.scale(eraseRows, i, in.eraseGain.scalar(row + i, head), eraseRows, i);
            } else {
                in.eraseGain.gather(row + i, 1, 1, head, work, GAIN);
                Rows.multiply(eraseRows, i, work, GAIN, eraseRows, i);
            }
        }
    }

    private void gatherDecay(Operands in, int head) {
        for (int i = 0; i < rows; i++) {
            if (decays(in, i)) {
                in.g.gather(tokenOf(in, i), 1, 1, head, work, GAIN);
                Rows.exp(work, GAIN, decays, i);
            } else {
                Rows.fill(decays, i, 1);
            }
        }
    }

    /** L, M, both halves of {@link #reads}, the keys decayed to the chunk's end and, in SINCE_START, exp(G_C). */
    private void scores(Operands in) {
        Rows.fill(work, SINCE_START, 1);
        int a = 0;
        for (int from = 0; from < rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, rows);
            int firstQuery = a;
            Rows.fill(work, SINCE_BLOCK, 1);
            for (int i = from; i < to; i++) {
                Rows.multiply(work, SINCE_BLOCK, decays, i, work, SINCE_BLOCK);
                Rows.multiply(work, SINCE_START, decays, i, work, SINCE_START);
                Rows.multiply(eraseRows, i, work, SINCE_BLOCK, localErases, i - from);
                Rows.multiply(eraseRows, i, work, SINCE_START, reads, queries + i);
                clear(eraseScores, i);
                if (a < queries && position(in, a) == i) {
                    Rows.multiply(queryRows, a, work, SINCE_BLOCK, localQueries, a - firstQuery);
                    Rows.multiply(queryRows, a, work, SINCE_START, reads, a);
                    clear(readScores, a);
                    a++;
                }
            }
            if (from > 0) {
                product(localErases, to - from, from, eraseScores, from);
                if (a > firstQuery) {
                    product(localQueries, a - firstQuery, from, readScores, firstQuery);
                }
            }
            diagonal(in, from, to, firstQuery, a);
            decayKeys(from, to);
        }
    }

    private static void clear(Matrix matrix, int row) {
        Rows.fill(matrix, row, 0);
    }

    private void product(Matrix local, int count, int columns, Matrix to, int toRow) {
        OpenBlas.multiplyRightTransposed(
                count,
                columns,
                planned.K(),
                1,
                local.address(),
                local.stride(),
                decayedKeys.address(),
                decayedKeys.stride(),
                0,
                to.at(toRow),
                to.stride());
    }

    /** The block's own columns: for every j the key decays step by step past the rows i ≥ j that meet it. */
    private void diagonal(Operands in, int from, int to, int firstQuery, int endQuery) {
        for (int j = from; j < to; j++) {
            MemorySegment.copy(keyRows.data(), keyRows.row(j), work.data(), work.row(PAIR_KEY), work.rowBytes());
            int a = firstQuery;
            while (a < endQuery && position(in, a) < j) {
                a++;
            }
            for (int i = j; i < to; i++) {
                if (i > j) {
                    Rows.multiply(work, PAIR_KEY, decays, i, work, PAIR_KEY);
                    eraseScores.set(i, j, dot(eraseRows, i));
                }
                if (a < endQuery && position(in, a) == i) {
                    readScores.set(a, j, dot(queryRows, a));
                    a++;
                }
            }
        }
    }

    private float dot(Matrix left, int row) {
        MemorySegment x = left.data();
        MemorySegment y = work.data();
        long shift = work.row(PAIR_KEY) - left.row(row);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        long end = left.row(row + 1);
        for (long at = left.row(row); at < end; at += Lanes.BYTES) {
            sum = Lanes.load(x, at).fma(Lanes.load(y, at + shift), sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Moves the boundary from the block's start to its end. */
    private void decayKeys(int from, int to) {
        for (int j = 0; j < from; j++) {
            Rows.multiply(decayedKeys, j, work, SINCE_BLOCK, decayedKeys, j);
        }
        Rows.fill(work, SINCE_BLOCK, 1);
        for (int j = to - 1; j >= from; j--) {
            Rows.multiply(keyRows, j, work, SINCE_BLOCK, decayedKeys, j);
            Rows.multiply(work, SINCE_BLOCK, decays, j, work, SINCE_BLOCK);
        }
    }
}
