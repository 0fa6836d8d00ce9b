package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import java.util.Arrays;

/**
 * The chunkwise form: walks the chunks of a sequence in order, carrying the state S0 from one to the next.
 *
 * <pre>
 *   L_ij = Σ_d e_id k_jd exp(G_id − G_jd)   i &gt; j        M_ij = Σ_d q_id k_jd exp(G_id − G_jd)   i ≥ j
 *   P    = (I + L)⁻¹ (u − (e ⊙ exp G) S0)
 *   O    = scale · [(q ⊙ exp G) S0 + M P]
 *   S    = exp(G_C) ⊙ S0 + (k ⊙ exp(G_C − G))ᵀ P
 * </pre>
 *
 * A chunk is C micro-steps; with householders only the last of a token reads, so there are fewer queries than keys.
 * U = (I + L)⁻¹ u and W = (I + L)⁻¹ (e ⊙ exp G) are never formed: since S0 is at hand, one solve on V columns does.
 *
 * <p>exp(G_i − G_j) is built as the running product of exp(g), never from sums: every factor is at most 1 for g ≤ 0, so
 * nothing overflows however strong the decay, g = −∞ is exact forgetting, and no difference of large sums loses digits.
 *
 * <p>Source: docs/math/wy-representation.md.
 */
abstract class ChunkWorker extends HeadWorker {
    final int C;
    final Matrix[] stateReads; // per value head, Y [2C, V]: rows of q S0, which become O, then of e S0
    final Matrix[] pseudoValues; // per value head, u [C, V], which becomes P
    final Matrix eraseScores; // L [C, C]
    final Matrix readScores; // M [C, C]
    final int[] cut; // see ChunkProducts
    final ChunkRowRead rowRead; // null without a selective read
    private final Matrix valueGains;
    private final Matrix[] states; // per value head, S [K, V]

    /** The chunk at hand: its first micro-step, how many, its first query's token, how many queries. */
    long row;

    int rows;
    int token;
    int queries;

    /** Micro-steps per token, and which of its token's the chunk's first is. */
    int n;

    int phase;

    ChunkWorker(PlanSpec spec, State[] kept, int heads) {
        super(spec, kept);
        C = Math.min(spec.chunkSize(), Math.max(1, planned.microTokens()));
        stateReads = Matrix.allocate(heads, 2 * C, planned.V());
        pseudoValues = Matrix.allocate(heads, C, planned.V());
        eraseScores = Matrix.allocate(C, C);
        readScores = Matrix.allocate(C, C);
        valueGains = Matrix.allocate(1, planned.V());
        cut = ChunkProducts.newCuts(C);
        rowRead = planned.crossRead() ? new ChunkRowRead(planned, C, heads) : null;
        states = Matrix.allocate(heads, planned.K(), planned.V());
    }

    /** Gathers the chunk's rows of q, k and whatever else the heads at hand share. */
    abstract void gather(Operands in, int head);

    /**
     * Advances one value head's state over the chunk; leaves the read-out in the first rows of its stateReads and the
     * selective one, if any, in those of its rowRead.reads.
     *
     * @param index which of the value heads at hand
     */
    abstract void advance(Operands in, int head, int index, Matrix state);

    @Override
    final void run(Operands in, int sequence, int firstHead, int endHead) {
        for (int head = firstHead; head < endHead; head++) {
            begin(in, sequence, head, states[head - firstHead]);
        }
        n = in.householders();
        long end = (long) in.end(sequence) * n;
        for (row = (long) in.begin(sequence) * n; row < end; row += C) {
            rows = (int) Math.min(C, end - row);
            token = (int) (row / n);
            phase = (int) (row % n);
            queries = (phase + rows) / n;
            ChunkProducts.cuts(cut, rows, phase, n);
            gather(in, firstHead);
            in.writeVector.gatherTogether(row, rows, firstHead, endHead, pseudoValues);
            if (rowRead != null) {
                in.r.gatherTogether(token, queries, firstHead, endHead, rowRead.reads);
            }
            for (int head = firstHead; head < endHead; head++) {
                int index = head - firstHead;
                advance(in, head, index, states[index]);
                if (!finite(index)) {
                    throw NonFinite.diagnose(in, sequence, head, row, rows);
                }
            }
            in.o.scatterTogether(stateReads, queries, token, firstHead, endHead);
            if (rowRead != null) {
                in.oCross.scatterTogether(rowRead.reads, queries, token, firstHead, endHead);
            }
        }
        for (int head = firstHead; head < endHead; head++) {
            Matrix state = states[head - firstHead];
            if (in.end(sequence) > in.begin(sequence) && !NonFinite.allFinite(state, 0, planned.K(), planned.V())) {
                throw NonFinite.diagnose(in, sequence, head, row - C, rows);
            }
            finish(in, sequence, head, state);
        }
    }

    private boolean finite(int index) {
        return NonFinite.allFinite(stateReads[index], 0, queries, planned.V())
                && (rowRead == null || NonFinite.allFinite(rowRead.reads[index], 0, queries, planned.V()));
    }

    private void begin(Operands in, int sequence, int head, Matrix state) {
        State before = kept(sequence, head);
        if (before != null) {
            state.segment().copyFrom(before.data());
        } else if (in.initialState == null) {
            Arrays.fill(state.data(), 0);
        } else {
            State.copyIn(in.initialState, index(sequence, head), planned, state.segment(), state.stride());
        }
    }

    private void finish(Operands in, int sequence, int head, Matrix state) {
        if (kept(sequence, head) != null) {
            kept(sequence, head).data().copyFrom(state.segment());
        }
        if (in.finalState != null) {
            State.copyOut(state.segment(), state.stride(), planned, in.finalState, index(sequence, head));
        }
    }

    /** The micro-step of the chunk after which query a reads. */
    final int position(int a) {
        return (a + 1) * n - 1 - phase;
    }

    /** Whether micro-step i of the chunk is a token's first, the one that decays. */
    final boolean decays(Operands in, int i) {
        return in.g != null && (phase + i) % n == 0;
    }

    /** The token that micro-step i of the chunk belongs to. */
    final int tokenOf(int i) {
        return token + (phase + i) / n;
    }

    /** Multiplies the write values by their gain where that is one per channel. */
    final void applyValueGains(Operands in, int head, Matrix writes) {
        if (!in.writeGainIsScalar) {
            for (int i = 0; i < rows; i++) {
                in.writeGain.gather(row + i, 1, head, valueGains, 0);
                Rows.multiply(writes, i, valueGains, 0, writes, i);
            }
        }
    }

    /** What micro-step i's write value is still to be multiplied by after {@link #applyValueGains}. */
    final float writeFactor(Operands in, int i, int head) {
        return in.writeGainIsScalar ? in.writeGain.scalar(row + i, head) : 1;
    }
}
