package io.deltarule.core.cpu.delta;

import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
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
    final Matrix stateReads; // Y [2C, V]: rows of q S0, which become O, then of e S0
    final Matrix pseudoValues; // u [C, V], which becomes P
    final Matrix eraseScores; // L [C, C]
    final Matrix readScores; // M [C, C]
    final float[] eraseFactors; // β of e, or 1 where its gain is one per channel [C]
    final float[] writeFactors; // likewise of u
    final ChunkRowRead rowRead; // null without a selective read
    private final Matrix valueGains;
    private final Matrix[] states; // per value head, S [K, V]
    private boolean blank; // whether S0 of the chunk at hand is known to be zero
    private boolean spoiled;

    /** The chunk at hand: its first micro-step, how many, its first query's token, how many queries. */
    long row;

    int rows;
    int token;
    int queries;

    /** Which of these micro-steps are read after. */
    final ChunkSpan span = new ChunkSpan();

    ChunkWorker(PlanSpec spec, State[] kept, int heads) {
        super(spec, kept);
        C = Math.min(spec.chunkSize(), Math.max(1, planned.microTokens()));
        int tiled = LowerTriangle.padded(C);
        stateReads = Matrix.allocate(C + tiled, planned.V());
        pseudoValues = Matrix.allocate(tiled, planned.V());
        eraseScores = Matrix.allocate(tiled, C);
        readScores = Matrix.allocate(tiled, C);
        eraseFactors = ones(C);
        writeFactors = ones(C);
        valueGains = Matrix.allocate(1, planned.V());
        rowRead = planned.crossRead() ? new ChunkRowRead(planned, C) : null;
        states = Matrix.allocate(heads, planned.K(), planned.V());
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Gathers the chunk's rows of q, k and whatever else the value heads of a key head share. */
    abstract void gather(Operands in, int head);

    /**
     * Advances one value head's state over the chunk; leaves the read-out in the first rows of its stateReads and the
     * selective one, if any, in those of its rowRead.reads.
     *
     * @param first whether it is the first since the last gather
     */
    abstract void advance(Operands in, int head, boolean first, Matrix state);

    @Override
    public final void run(Operands in, int sequence, int firstHead, int endHead) {
        boolean fromZero = in.initialState == null && kept(sequence, firstHead) == null;
        for (int head = firstHead; head < endHead; head++) {
            begin(in, sequence, head, states[head - firstHead]);
        }
        int n = in.householders();
        long end = (long) in.end(sequence) * n;
        long begin = (long) in.begin(sequence) * n;
        for (row = begin; row < end; row += C) {
            rows = (int) Math.min(C, end - row);
            token = (int) (row / n);
            span.set(rows, (int) (row % n), n);
            queries = span.queries;
            blank = fromZero && row == begin;
            for (int head = firstHead; head < endHead; head++) {
                boolean first = head == firstHead || in.k.isFirst(head);
                if (first) {
                    gather(in, head);
                }
                in.writeVector.gather(row, rows, head, pseudoValues, 0);
                if (rowRead != null) {
                    in.r.gather(token, queries, head, rowRead.reads, 0);
                }
                advance(in, head, first, states[head - firstHead]);
                if (!finite()) {
                    throw spoil(NonFinite.diagnose(in, sequence, head, row, rows));
                }
                in.o.scatter(stateReads, queries, token, head);
                if (rowRead != null) {
                    in.oCross.scatter(rowRead.reads, queries, token, head);
                }
            }
        }
        for (int head = firstHead; head < endHead; head++) {
            Matrix state = states[head - firstHead];
            if (in.end(sequence) > in.begin(sequence) && !NonFinite.allFinite(state, 0, planned.K(), planned.V())) {
                throw spoil(NonFinite.diagnose(in, sequence, head, row - C, rows));
            }
            finish(in, sequence, head, state);
        }
    }

    /** Y ← X S0. */
    final void readState(Matrix reads, Matrix state) {
        if (blank) {
            Arrays.fill(stateReads.data(), 0, stateReads.row(queries + rows), 0);
        } else {
            ChunkProducts.readState(reads, queries + rows, planned.K(), state, planned.V(), stateReads);
        }
    }

    /** NaN times the zeros of a row's padding is NaN there too. */
    private NumericException spoil(NumericException e) {
        spoiled = true;
        return e;
    }

    @Override
    public final boolean spoiled() {
        return spoiled;
    }

    private boolean finite() {
        return NonFinite.allFinite(stateReads, 0, queries, planned.V())
                && (rowRead == null || NonFinite.allFinite(rowRead.reads, 0, queries, planned.V()));
    }

    private void begin(Operands in, int sequence, int head, Matrix state) {
        State before = kept(sequence, head);
        if (before != null) {
            before.copyTo(state, planned.K(), in.columns);
        } else if (in.initialState == null) {
            Arrays.fill(state.data(), 0);
        } else {
            State.copyIn(
                    in.initialState, index(sequence, head), planned.K(), in.columns, state.segment(), state.stride());
        }
    }

    private void finish(Operands in, int sequence, int head, Matrix state) {
        if (kept(sequence, head) != null) {
            kept(sequence, head).copyFrom(state, planned.K(), in.columns);
        }
        if (in.finalState != null) {
            State.copyOut(
                    state.segment(), state.stride(), planned.K(), in.columns, in.finalState, index(sequence, head));
        }
    }

    /** The micro-step of the chunk after which query a reads. */
    final int position(int a) {
        return span.position(a);
    }

    /** Whether micro-step i of the chunk is a token's first, the one that decays. */
    final boolean decays(Operands in, int i) {
        return in.g != null && span.beginsToken(i);
    }

    /** The token that micro-step i of the chunk belongs to. */
    final int tokenOf(int i) {
        return token + span.token(i);
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

    /** Fetches both factors of a value head. */
    final void gatherFactors(Operands in, int head) {
        if (in.eraseGainIsScalar) {
            in.eraseGain.gatherScalars(row, rows, head, eraseFactors);
        }
        if (in.writeGain == in.eraseGain && in.writeGainIsScalar) {
            System.arraycopy(eraseFactors, 0, writeFactors, 0, rows);
        } else if (in.writeGainIsScalar) {
            in.writeGain.gatherScalars(row, rows, head, writeFactors);
        }
    }
}
