package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.RowSoftmax;

/**
 * The selective read of a chunk: two chunkwise linear reads with a softmax between, from the pseudo-values and the state
 * before the chunk that the write has made.
 *
 * <pre>
 *   T    = R Pᵀ                                            on and below the diagonal
 *   ℓ_t  = [ ε_t ⊙ (S0 r_t) + Σ_{j≤t} T_tj k_j ⊙ exp(G_t − G_j) ] / √V        π = softmax(ℓ)
 *   M_tj = Σ_d π_td k_jd exp(G_td − G_jd)
 *   X    = (π ⊙ ε) S0 + M P
 * </pre>
 *
 * What the decays do to T and M differs between the chunk workers; what does not is here, with the room it takes. Source:
 * docs/math/deltalens.md.
 */
final class ChunkRowRead {
    final Matrix reads; // R [C, V], which becomes X
    final Matrix overlaps; // T [C, C]
    final Matrix weights; // R S0ᵀ, which becomes ℓ and then π [C, K]
    private final int K;
    private final int V;
    private final float perRoot; // 1 / √V
    private final float[] factors; // by query, of its logits

    ChunkRowRead(DeltaShape planned, int C) {
        K = planned.K();
        V = planned.V();
        perRoot = (float) (1 / Math.sqrt(V));
        int tiled = LowerTriangle.padded(C);
        reads = Matrix.allocate(tiled, V);
        overlaps = Matrix.allocate(tiled, C);
        weights = Matrix.allocate(tiled, K);
        factors = new float[C];
    }

    /** T from the rows r in {@link #reads}, and R S0ᵀ. */
    void meet(ChunkSpan span, Matrix state, Matrix P) {
        Matrix R = reads;
        for (int a = 0; a < span.queries; a++) {
            factors[a] = perRoot * RowSoftmax.tame(R, a);
        }
        ChunkProducts.queryScores(R, span, V, P, 0, overlaps);
        ChunkProducts.multiplyTransposed(R, 0, span.queries, state.segment(), K, V, weights, 0);
    }

    /** Logits become weights. */
    void soften(int firstQuery, int endQuery) {
        RowSoftmax.apply(weights, firstQuery, endQuery - firstQuery, K, factors);
    }

    /** X from π ⊙ ε, the first rows of a matrix, and M. */
    void collect(ChunkSpan span, Matrix decayedWeights, Matrix scores, Matrix state, Matrix P) {
        ChunkProducts.readState(decayedWeights, span.queries, K, state, V, reads);
        LowerTriangle.addProduct(scores, span, P, 0, reads);
    }
}
