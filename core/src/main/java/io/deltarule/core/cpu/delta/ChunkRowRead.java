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
 *   ℓ_t  = [ exp G_t ⊙ (S0 r_t) + Σ_{j≤t} T_tj k_j ⊙ exp(G_t − G_j) ] / √V        π = softmax(ℓ)
 *   M_tj = Σ_d π_td k_jd exp(G_td − G_jd)
 *   X    = (π ⊙ exp G) S0 + M P
 * </pre>
 *
 * π is the first block of reads of the chunk. Source: docs/math/deltalens.md.
 */
final class ChunkRowRead {
    final Matrix reads; // R [C, V], which becomes X
    private final Matrix overlaps; // T [C, C]
    private final int K;
    private final int V;
    private final float perRoot; // 1 / √V
    private final float[] factors; // by query, of its logits

    ChunkRowRead(DeltaShape planned, int C) {
        K = planned.K();
        V = planned.V();
        perRoot = (float) (1 / Math.sqrt(V));
        reads = Matrix.allocate(C, V);
        overlaps = Matrix.allocate(C, C);
        factors = new float[C];
    }

    /**
     * X from the rows r in {@link #reads}.
     *
     * @param chunk a value head's, taken in and solved
     * @param state S0
     */
    void read(Chunk chunk, Matrix state, Matrix P) {
        ChunkSpan span = chunk.span;
        Matrix pi = chunk.rows.x;
        for (int a = 0; a < span.queries; a++) {
            factors[a] = perRoot * RowSoftmax.tame(reads, a);
        }
        chunk.chunkProducts.readScores(reads, 0, span, V, P, 0, overlaps);
        chunk.chunkProducts.multiplyTransposed(reads, 0, span.queries, state.from(0), K, V, pi, 0);
        chunk.decay.meetReads(1, overlaps, pi, pi, true);
        RowSoftmax.apply(pi, 0, span.queries, K, factors);
        chunk.decay.readScores(1, chunk.scores);
        chunk.chunkProducts.readState(chunk.decay.startRows(), 0, span.queries, K, state, V, reads, 0);
        LowerTriangle.addReads(chunk.scores, 0, span, P, 0, chunk.startFactors(0, span.queries), reads, 0);
    }
}
