package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.delta.kernel.ChunkProducts;
import io.deltarule.core.cpu.delta.kernel.ChunkSpan;
import io.deltarule.core.cpu.delta.kernel.LowerTriangle;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.product.Addend;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;
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
 * U = (I + L)⁻¹ u and W = (I + L)⁻¹ (e ⊙ exp G) are never formed: since S0 is at hand, one solve on V columns does. Where
 * nothing is erased, P = u: there is no L, no solve, and the state is not multiplied by e.
 *
 * <p>Source: docs/math/wy-representation.md. Checked against the references in core.reference.
 */
final class Chunk {
    final ChunkSpan span;
    final ChunkRows rows;
    final ChunkDecay decay;

    /** M in the rows of q and L in those of e, see {@link ChunkSpan} [stacked, C]. */
    final Matrix scores;

    /** (q ⊙ exp G) S0, a row per query [C, V]. */
    final Matrix stateReads;

    final ChunkProducts chunkProducts;

    private final float[] startFactors; // of the rows at hand
    private final int K;
    private final int V;

    /**
     * Room for the largest chunk.
     *
     * @param blocks of reads, at most
     * @param backward whether gradients are wanted
     * @param products which multiply
     */
    Chunk(PlanSpec spec, int blocks, boolean backward, Products products) {
        this(spec, size(spec), blocks, backward, products);
    }

    /** @param C micro-steps of the largest chunk */
    Chunk(PlanSpec spec, int C, int blocks, boolean backward, Products products) {
        chunkProducts = new ChunkProducts(products);
        DeltaShape shape = spec.shape();
        K = shape.K();
        V = shape.V();
        span = new ChunkSpan(spec.variant().erases());
        rows = new ChunkRows(spec, C, blocks);
        decay = shape.gate() == Gate.CHANNEL
                ? new ChannelDecay(C, K, blocks, backward, chunkProducts)
                : new ScalarDecay(C, K, blocks, shape.gate() == Gate.SCALAR, backward, chunkProducts);
        startFactors = new float[2 * C];
        scores = Matrix.allocate((blocks + 1) * C, C);
        stateReads = Matrix.allocate(C, V);
    }

    /** Micro-steps of the largest chunk that a specification calls for. */
    static int size(PlanSpec spec) {
        return Math.min(ChunkLength.most(spec), Math.max(1, spec.shape().microTokens()));
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

    /** {@link ChunkDecay#startFactor} of some rows, in an array that the next call overwrites. */
    Factors startFactors(int first, int count) {
        for (int i = 0; i < count; i++) {
            startFactors[i] = decay.startFactor(first + i);
        }
        return Factors.of(startFactors, 0);
    }

    /**
     * (q ⊙ exp G) S0, and P.
     *
     * @param state S0, null for zeros
     */
    void solve(Operands in, int head, Matrix state, Matrix P) {
        rows.gatherWrites(in, span, head, P);
        int q = span.readAt();
        int e = span.eraseAt();
        int queries = e - q;
        boolean erasesState = state != null && span.erases();
        for (int i = 0; i < span.rows && !erasesState; i++) {
            Rows.scale(P, i, rows.writeFactors[i], P, i);
        }
        if (state == null) {
            Arrays.fill(stateReads.data(), 0, stateReads.row(queries), 0);
        } else {
            Matrix x = decay.startRows();
            for (int i = 0; i < queries + span.erasures(); i++) {
                float factor = decay.startFactor(q + i);
                startFactors[i] = i < queries ? factor : -factor;
            }
            Factors forReads = Factors.of(startFactors, 0);
            chunkProducts.readState(forReads, x.from(q), queries, K, state, V, Addend.NOTHING, stateReads.from(0));
        }
        if (erasesState) {
            Matrix x = decay.startRows();
            Factors forErasures = Factors.of(startFactors, queries);
            Addend writes = new Addend(P.from(0), Factors.of(rows.writeFactors, 0));
            chunkProducts.readState(forErasures, x.from(e), span.rows, K, state, V, writes, P.from(0));
        }
        if (span.erases()) {
            LowerTriangle.solve(scores, e, span.rows, P, 0);
        }
    }

    /**
     * (q ⊙ exp G) S0, and P = −(I + L)⁻¹ (e ⊙ exp G) S0 of a state that is erased but not written to; P is left alone where nothing is
     * erased.
     */
    void solveUnwritten(Matrix state, Matrix P) {
        int q = span.readAt();
        int e = span.eraseAt();
        int queries = e - q;
        Matrix x = decay.startRows();
        for (int i = 0; i < queries + span.erasures(); i++) {
            float factor = decay.startFactor(q + i);
            startFactors[i] = i < queries ? factor : -factor;
        }
        Factors forReads = Factors.of(startFactors, 0);
        chunkProducts.readState(forReads, x.from(q), queries, K, state, V, Addend.NOTHING, stateReads.from(0));
        if (span.erases()) {
            Factors forErasures = Factors.of(startFactors, queries);
            chunkProducts.readState(forErasures, x.from(e), span.rows, K, state, V, Addend.NOTHING, P.from(0));
            LowerTriangle.solve(scores, e, span.rows, P, 0);
        }
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
        chunkProducts.write(decay.endKeys(), decay.firstEndKey(), span.rows, K, scaled.from(0), V, factor, state);
    }

    /** From S0 to the state after a chunk that writes nothing to it and erases nothing. */
    void fade(Matrix state) {
        float factor = decay.pass(state);
        for (int d = 0; d < K && factor != 1; d++) {
            Rows.scale(state, d, factor, state, d);
        }
    }
}
