package io.deltarule.core.cpu.delta;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import jdk.incubator.vector.FloatVector;

/**
 * Chunks with a decay per key channel. The decay stays inside the sums over channels, so L and M are built in blocks of
 * rows. With b the boundary before a block of rows,
 *
 * <pre>
 *   columns before it:  L_ij = Σ_d [e_id exp(G_id − G_bd)] · [k_jd exp(G_bd − G_jd)]     both factors ≤ 1, a product
 *   its own columns:    L_ij = Σ_d e_id k_jd exp(G_id − G_jd)                            see {@link DiagonalBlock}
 * </pre>
 *
 * and M likewise with q. The right factors are the keys decayed up to b; moving on to the next block multiplies them by
 * that block's decay, and after the last they are the k ⊙ exp(G_C − G) that the new state needs. Checked against the
 * references in core.reference.
 */
public final class ChannelChunkWorker extends ChunkWorker {
    private static final int BLOCK = DiagonalBlock.SIZE;

    /** Rows of {@link #work}. */
    private static final int UNTIL_END = 0;

    private static final int GAIN = 1;
    private static final int WORK_ROWS = 2;

    private final Matrix queryRows; // scale · q [C, K]
    private final Matrix keyRows; // k [C, K]
    private final Matrix eraseVectors; // e without its gain where that is shared but not k [C, K]; else null
    private final Matrix gates; // g of the tokens that begin in the chunk [C, K]
    private final Matrix ownErases; // e [C, K], where the gain is per channel or the vector a value head's own
    private final Matrix decays; // a = exp g, 1 where a micro-step does not decay [C, K]
    private final Matrix sinceBlock; // exp(G − G_b) [C, K]
    private final Matrix sinceStart; // exp G [C, K]
    private final Matrix reads; // [q ⊙ exp G; e ⊙ exp G] [2C, K]
    private final Matrix local; // [e ⊙ exp(G − G_b); q ⊙ exp(G − G_b)] [2 BLOCK, K]
    private final Matrix localScores; // their products with the decayed keys [2 BLOCK, C]
    private final Matrix decayedKeys; // k ⊙ exp(G_b − G) [C, K]
    private final Matrix work; // rows of width K
    private final DiagonalBlock diagonal;
    private final int[] queryAt; // the query that reads after a micro-step, or −1 [C]

    public ChannelChunkWorker(PlanSpec spec, State[] kept, int heads) {
        super(spec, kept, heads);
        int K = planned.K();
        queryRows = Matrix.allocate(C, K);
        keyRows = Matrix.allocate(C, K);
        boolean eraseVectorIsKey = spec.variant().eraseKey().vector() == Input.K;
        eraseVectors = eraseVectorIsKey ? null : Matrix.allocate(C, K);
        gates = Matrix.allocate(C, K);
        ownErases = Matrix.allocate(C, K);
        decays = Matrix.allocate(C, K);
        sinceBlock = Matrix.allocate(C, K);
        sinceStart = Matrix.allocate(C, K);
        reads = Matrix.allocate(2 * C, K);
        local = Matrix.allocate(2 * BLOCK, K);
        localScores = Matrix.allocate(2 * BLOCK, C);
        decayedKeys = Matrix.allocate(C, K);
        work = Matrix.allocate(WORK_ROWS, K);
        diagonal = new DiagonalBlock();
        queryAt = new int[C];
    }

    @Override
    void gather(Operands in, int head) {
        in.q.gather(token, queries, head, queryRows, 0);
        for (int a = 0; a < queries; a++) {
            Rows.scale(queryRows, a, in.scale, queryRows, a);
        }
        in.k.gather(row, rows, head, keyRows, 0);
        if (eraseVectors != null && in.eraseVector.sharedBy(in.group())) {
            in.eraseVector.gather(row, rows, head, eraseVectors, 0);
        }
    }

    @Override
    void advance(Operands in, int head, boolean first, Matrix state) {
        int K = planned.K();
        int V = planned.V();
        Matrix Y = stateReads;
        Matrix P = pseudoValues;
        gatherFactors(in, head);
        Matrix erases = erases(in, head);
        gatherGates(in, head);
        scores(in, queryRows, keyRows, erases);
        readState(reads, state);
        applyValueGains(in, head, P);
        for (int i = 0; i < rows; i++) {
            Rows.scaleSubtract(P, i, writeFactors[i], Y, queries + i, 1);
        }
        LowerTriangle.solve(eraseScores, rows, P, 0);
        LowerTriangle.addProduct(readScores, span, P, 0, Y);
        if (rowRead != null) {
            readRows(keyRows, P, state);
        }
        decayState(state);
        ChunkProducts.write(decayedKeys, 0, rows, K, P, V, 1, state);
    }

    /** The rows e that remain to be multiplied by {@link #eraseFactors}. */
    private Matrix erases(Operands in, int head) {
        Matrix vectors = eraseVectors == null ? keyRows : eraseVectors;
        if (eraseVectors != null && !in.eraseVector.sharedBy(in.group())) {
            in.eraseVector.gather(row, rows, head, ownErases, 0);
            vectors = ownErases;
        }
        if (in.eraseGainIsScalar) {
            return vectors;
        }
        for (int i = 0; i < rows; i++) {
            in.eraseGain.gather(row + i, 1, head, work, GAIN);
            Rows.multiply(vectors, i, work, GAIN, ownErases, i);
        }
        return ownErases;
    }

    private void gatherGates(Operands in, int head) {
        in.g.gather(tokenOf(span.firstBegun()), span.tokensBegun(), head, gates, 0);
    }

    /** L, M, both halves of {@link #reads}, the keys decayed to the chunk's end. */
    private void scores(Operands in, Matrix q, Matrix k, Matrix e) {
        int nextGate = 0;
        int firstQuery = 0;
        for (int from = 0; from < rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, rows);
            int endQuery = span.queriesBefore(to);
            for (int i = from, a = firstQuery; i < to; i++) {
                if (decays(in, i)) {
                    Rows.exp(gates, nextGate++, 1, decays, i);
                } else {
                    Rows.fill(decays, i, 1);
                }
                accumulate(i, i == from, sinceBlock);
                accumulate(i, i == 0, sinceStart);
                decayRow(e, i, eraseFactors[i], i, i - from, queries + i);
                queryAt[i] = -1;
                if (a < endQuery && position(a) == i) {
                    decayRow(q, a, 1, i, BLOCK + a - firstQuery, a);
                    Rows.fill(readScores, a, 0);
                    queryAt[i] = a++;
                }
            }
            if (from > 0) {
                product(from, to, firstQuery, endQuery);
            }
            diagonal.compute(from, to, k, decays, e, eraseFactors, q, queryAt, eraseScores, readScores);
            decayKeys(from, to, k);
            firstQuery = endQuery;
        }
    }

    /**
     * The selective read. With b the boundary before a block of rows, a query of that block has the logits
     *
     * <pre>  y ← ε_b ⊙ (S0 r) + Σ_{j&lt;b} T_j [k_j exp(G_b − G_j)]        y ← a_j ⊙ y + T_j k_j through its block up to it </pre>
     *
     * a product and then the recurrence itself; its weights take the place of q in the linear read.
     */
    private void readRows(Matrix k, Matrix P, Matrix state) {
        Matrix pi = rowRead.weights;
        Matrix T = rowRead.overlaps;
        rowRead.meet(span, state, P);
        int firstQuery = 0;
        for (int from = 0; from < rows; from += BLOCK) {
            int to = Math.min(from + BLOCK, rows);
            int endQuery = span.queriesBefore(to);
            int count = endQuery - firstQuery;
            if (from > 0 && count > 0) {
                for (int a = firstQuery; a < endQuery; a++) {
                    Rows.multiply(pi, a, sinceStart, from - 1, pi, a);
                }
                ChunkProducts.addProduct(T, firstQuery, count, from, decayedKeys, planned.K(), pi);
            }
            for (int a = firstQuery; a < endQuery; a++) {
                DiagonalBlock.carry(from, position(a), k, decays, T, a, pi, a);
            }
            rowRead.soften(firstQuery, endQuery);
            for (int a = firstQuery; a < endQuery; a++) {
                decayRow(pi, a, 1, position(a), a - firstQuery, a);
                Rows.fill(readScores, a, 0);
            }
            if (from > 0 && count > 0) {
                ChunkProducts.multiplyTransposed(
                        local, 0, count, decayedKeys.segment(), from, planned.K(), localScores, 0);
                for (int a = firstQuery; a < endQuery; a++) {
                    Rows.copy(localScores, a - firstQuery, from, readScores, a);
                }
            }
            diagonal.compute(from, to, k, decays, null, eraseFactors, pi, queryAt, null, readScores);
            decayKeys(from, to, k);
            firstQuery = endQuery;
        }
        rowRead.collect(span, reads, readScores, state, P);
    }

    /** The row a_i, or what it makes of the product of decays before it. */
    private void accumulate(int i, boolean first, Matrix product) {
        if (first) {
            Rows.copy(decays, i, decays.stride(), product, i);
        } else {
            Rows.multiply(product, i - 1, decays, i, product, i);
        }
    }

    /**
     * Decays a row of e, q or π since the block's and since the chunk's start.
     *
     * @param micro the micro-step it belongs to
     */
    private void decayRow(Matrix from, int row, float factor, int micro, int toLocal, int toRead) {
        float[] x = from.data();
        float[] block = sinceBlock.data();
        float[] start = sinceStart.data();
        int at = from.row(row);
        int decay = decays.row(micro); // all three have rows of the same stride
        int l = local.row(toLocal);
        int r = reads.row(toRead);
        for (int c = 0; c < from.stride(); c += Lanes.COUNT) {
            FloatVector value = FloatVector.fromArray(Lanes.SPECIES, x, at + c).mul(factor);
            value.mul(FloatVector.fromArray(Lanes.SPECIES, block, decay + c)).intoArray(local.data(), l + c);
            value.mul(FloatVector.fromArray(Lanes.SPECIES, start, decay + c)).intoArray(reads.data(), r + c);
        }
    }

    private void decayState(Matrix state) {
        for (int d = 0; d < planned.K(); d++) {
            Rows.scale(state, d, sinceStart.get(rows - 1, d), state, d);
        }
    }

    /** The columns of L and M that lie before the block [from, to) with the queries [firstQuery, endQuery). */
    private void product(int from, int to, int firstQuery, int endQuery) {
        // With a short block the rows of e end before those of q begin; what lies between is old but finite or unused.
        int count = endQuery > firstQuery ? BLOCK + endQuery - firstQuery : to - from;
        ChunkProducts.multiplyTransposed(local, 0, count, decayedKeys.segment(), from, planned.K(), localScores, 0);
        for (int i = from; i < to; i++) {
            Rows.copy(localScores, i - from, from, eraseScores, i);
        }
        for (int a = firstQuery; a < endQuery; a++) {
            Rows.copy(localScores, BLOCK + a - firstQuery, from, readScores, a);
        }
    }

    /** Moves the boundary up to which the keys are decayed from a block's start to its end. */
    private void decayKeys(int from, int to, Matrix k) {
        for (int j = 0; j < from; j++) {
            Rows.multiply(decayedKeys, j, sinceBlock, to - 1, decayedKeys, j);
        }
        Rows.fill(work, UNTIL_END, 1);
        for (int j = to - 1; j >= from; j--) {
            Rows.multiply(k, j, work, UNTIL_END, decayedKeys, j);
            Rows.multiply(work, UNTIL_END, decays, j, work, UNTIL_END);
        }
    }
}
