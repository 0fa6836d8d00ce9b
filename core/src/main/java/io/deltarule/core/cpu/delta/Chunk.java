package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.engine.ChunkLength;
import java.util.Arrays;

/**
 * The chunk at hand of one thread, and the part of its algebra that forward and backward share.
 *
 * <pre>
 *   L_ij = Σ_d e_id k_jd exp(G_id − G_jd)   i &gt; j        M_ij = Σ_d q_id k_jd exp(G_id − G_jd)   i ≥ j
 *   P    = (I + L)⁻¹ (u − (e ⊙ exp G) S0)
 *   S    = exp(G_C) ⊙ S0 + (k ⊙ exp(G_C − G))ᵀ P
 * </pre>
 *
 * A chunk is C micro-steps; with householders only the last of a token reads, so there are fewer queries than keys.
 * U = (I + L)⁻¹ u and W = (I + L)⁻¹ (e ⊙ exp G) are never formed: since S0 is at hand, one solve on V columns does.
 *
 * <p>Source: docs/math/wy-representation.md. Checked against the references in core.reference.
 */
final class Chunk {
    final ChunkSpan span = new ChunkSpan();
    final ChunkRows rows;
    final ChunkDecay decay;

    /** M in the rows of q and L in those of e, see {@link ChunkSpan} [stacked, C]. */
    final Matrix scores;

    /** Y [2C, V]: q S0, as many rows as queries, then e S0. */
    final Matrix stateReads;

    private final int K;
    private final int V;

    /**
     * Room for the largest chunk.
     *
     * @param blocks of reads, at most
     * @param backward whether gradients are wanted
     */
    Chunk(PlanSpec spec, int blocks, boolean backward) {
        DeltaShape shape = spec.shape();
        K = shape.K();
        V = shape.V();
        int C = size(spec);
        rows = new ChunkRows(spec, C, blocks);
        decay = shape.gate() == Gate.CHANNEL
                ? new ChannelDecay(C, K, blocks, backward)
                : new ScalarDecay(C, K, blocks, shape.gate() == Gate.SCALAR, backward);
        scores = Matrix.allocate((blocks + 1) * C, C);
        stateReads = Matrix.allocate(2 * C, V);
    }

    /** Micro-steps of the largest chunk that a specification calls for. */
    static int size(PlanSpec spec) {
        return Math.min(
                ChunkLength.most(spec.shape().K(), spec.chunkSize()),
                Math.max(1, spec.shape().microTokens()));
    }

    /**
     * Takes in a value head: its rows, decays and scores.
     *
     * @param first whether none of the value heads that share its key head was taken in before it, in this chunk
     */
    void take(Operands in, int head, boolean first) {
        boolean changed = rows.gather(in, span, head, first);
        decay.prepare(in, head, span, rows);
        decay.scores(changed, scores);
    }

    /**
     * Y ← [q ⊙ exp G; e ⊙ exp G] S0 as far as {@link ChunkDecay#startFactor} is not still to be multiplied by, and P.
     *
     * @param state S0, null for zeros
     */
    void solve(Operands in, int head, Matrix state, Matrix P) {
        rows.gatherWrites(in, span, head, P);
        int e = span.eraseAt();
        int queries = e - span.readAt();
        int reads = queries + span.rows;
        if (state == null) {
            Arrays.fill(stateReads.data(), 0, stateReads.row(reads), 0);
        } else {
            ChunkProducts.readState(decay.startRows(), span.readAt(), reads, K, state, V, stateReads, 0);
        }
        for (int i = 0; i < span.rows; i++) {
            Rows.scaleSubtract(P, i, rows.writeFactors[i], stateReads, queries + i, decay.startFactor(e + i));
        }
        LowerTriangle.solve(scores, e, span.rows, P, 0);
    }

    /**
     * From S0 to the state after the chunk.
     *
     * @param P the pseudo-values
     * @param scaled room for them times a number each; may be P itself
     */
    void write(Matrix P, Matrix scaled, Matrix state) {
        for (int i = 0; i < span.rows; i++) {
            Rows.scale(P, i, decay.endFactor(i), scaled, i);
        }
        float factor = decay.pass(state);
        ChunkProducts.write(decay.endKeys(), decay.firstEndKey(), span.rows, K, scaled, V, factor, state);
    }
}
