package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import java.lang.foreign.Arena;

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
 */
abstract class ChunkWorker extends HeadWorker {
    final int C;
    final Matrix stateReads; // Y [2C, V]: rows of q S0, then of e S0
    final Matrix pseudoValues; // P [C, V]
    final Matrix eraseScores; // L [C, C]
    final Matrix readScores; // M [C, C]
    private final Matrix valueGains;
    private final Matrix[] states;

    /** The chunk at hand: its first micro-step, how many, its first query's token, how many queries. */
    long row;

    int rows;
    int token;
    int queries;

    ChunkWorker(PlanSpec spec, Matrix[] kept, int heads, Arena arena) {
        super(spec, kept, heads, arena);
        C = Math.min(spec.chunkSize(), Math.max(1, planned.microTokens()));
        stateReads = Matrix.allocate(arena, 2 * C, planned.V());
        pseudoValues = Matrix.allocate(arena, C, planned.V());
        eraseScores = Matrix.allocate(arena, C, C);
        readScores = Matrix.allocate(arena, C, C);
        valueGains = Matrix.allocate(arena, 1, planned.V());
        states = new Matrix[heads];
    }

    /** Gathers what the value heads share. */
    abstract void prepare(Operands in, int firstHead);

    /** Advances one value head's state over the chunk; leaves the read-out in the first rows of {@link #stateReads}. */
    abstract void advance(Operands in, int head, boolean first, Matrix state);

    @Override
    final void run(Operands in, int sequence, int firstHead, int endHead) {
        for (int head = firstHead; head < endHead; head++) {
            states[head - firstHead] = begin(in, sequence, head, head - firstHead);
        }
        int n = in.householders();
        long end = (long) in.end(sequence) * n;
        for (row = (long) in.begin(sequence) * n; row < end; row += C) {
            rows = (int) Math.min(C, end - row);
            token = (int) (row / n);
            queries = (int) ((row + rows) / n) - token;
            prepare(in, firstHead);
            for (int head = firstHead; head < endHead; head++) {
                advance(in, head, head == firstHead, states[head - firstHead]);
                if (!NonFinite.allFinite(stateReads, 0, queries, planned.V())) {
                    throw NonFinite.diagnose(in, sequence, head, row, rows);
                }
                in.o.scatter(stateReads, 0, queries, token, head);
            }
        }
        for (int head = firstHead; head < endHead; head++) {
            Matrix state = states[head - firstHead];
            if (end > (long) in.begin(sequence) * n && !NonFinite.allFinite(state, 0, planned.K(), planned.V())) {
                throw NonFinite.diagnose(in, sequence, head, Math.max(row - C, 0), rows);
            }
            finish(in, sequence, head, state);
        }
    }

    /** The micro-step of the chunk after which query a reads. */
    final int position(Operands in, int a) {
        int n = in.householders();
        return (int) ((long) (token + a) * n + n - 1 - row);
    }

    /** Whether micro-step i of the chunk is a token's first, the one that decays. */
    final boolean decays(Operands in, int i) {
        return in.g != null && (row + i) % in.householders() == 0;
    }

    /** The token that micro-step i of the chunk belongs to. */
    final int tokenOf(Operands in, int i) {
        return (int) ((row + i) / in.householders());
    }

    /** P ← u, the write values. */
    final void gatherWrites(Operands in, int head) {
        in.writeVector.gather(row, 1, rows, head, pseudoValues, 0);
        if (!in.writeGainIsScalar) {
            for (int i = 0; i < rows; i++) {
                in.writeGain.gather(row + i, 1, 1, head, valueGains, 0);
                Rows.multiply(pseudoValues, i, valueGains, 0, pseudoValues, i);
            }
        }
    }

    /** What micro-step i's write value is still to be multiplied by after {@link #gatherWrites}. */
    final float writeFactor(Operands in, int i, int head) {
        return in.writeGainIsScalar ? in.writeGain.scalar(row + i, head) : 1;
    }

    /** P ← (I + L)⁻¹ P, then the read-out: Y ← Y + M P. */
    final void solveAndRead() {
        int V = planned.V();
        OpenBlas.solveUnitLower(
                rows, V, eraseScores.address(), eraseScores.stride(), pseudoValues.address(), pseudoValues.stride());
        if (queries > 0) {
            OpenBlas.multiply(
                    queries,
                    V,
                    rows,
                    1,
                    readScores.address(),
                    readScores.stride(),
                    pseudoValues.address(),
                    pseudoValues.stride(),
                    1,
                    stateReads.address(),
                    stateReads.stride());
        }
    }
}
