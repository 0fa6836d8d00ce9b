package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Variant;

/**
 * The chunkwise form in float64, written as the equations stand and for any chunk size; it pins the WY representation
 * down before any fast path does.
 *
 * <pre>
 *   G    = inclusive running sum of g in the chunk
 *   L_ij = Σ_d e_id k_jd exp(G_id − G_jd)  (i &gt; j)     A = (I + L)^{-1}
 *   U    = A u        W = A (e ⊙ exp G)        P = U − W S0
 *   M_ij = Σ_d q_id k_jd exp(G_id − G_jd)  (i ≥ j)
 *   O    = scale · [ (q ⊙ exp G) S0 + M P ]
 *   S_C  = exp(G_C) ⊙ S0 + (k ⊙ exp(G_C − G))ᵀ P
 * </pre>
 *
 * Rows are micro-steps: with n Householder factors g counts on a token's first and q on its last. Source: Yang et al.
 * 2024, arXiv:2406.06484, section 3.2; the derivation is in docs/math/wy-representation.md.
 */
public final class ChunkwiseReference {
    private final DeltaShape shape;
    private final DeltaNumbers in;
    private final Variant variant;
    private final double scale;

    private ChunkwiseReference(Variant variant, DeltaInputs in, double scale) {
        this.shape = in.validate(variant);
        this.in = DeltaNumbers.of(in, shape);
        this.variant = variant;
        this.scale = scale;
    }

    /**
     * Chunk by chunk.
     *
     * @param variant which member of the family
     * @param in its tensors
     * @param scale what the read-out is multiplied by
     * @param C micro-steps per chunk, at least 1
     * @return outputs in float64
     */
    public static DeltaReference.Result run(Variant variant, DeltaInputs in, double scale, int C) {
        ChunkwiseReference reference = new ChunkwiseReference(variant, in, scale);
        return DeltaReference.overHeads(reference.in, (S, from, to, head, out) -> {
            int n = reference.shape.householders();
            for (int first = from * n; first < to * n; first += C) {
                reference.chunk(S, first, Math.min(first + C, to * n), head, out);
            }
        });
    }

    /** One chunk of micro-steps [first, end): updates S in place and writes the read-outs of the tokens that end in it. */
    private void chunk(double[][] S, int first, int end, int head, DeltaReference.Result out) {
        Chunk chunk = new Chunk(variant, in, first, end, head);
        double[][] P = chunk.pseudoValues(S);
        for (int i = 0; i < chunk.rows; i++) {
            if (chunk.reads(i)) {
                int at = (chunk.tokenOf(i) * shape.HV() + head) * shape.V();
                double[] o = chunk.readColumns(S, P, chunk.q[i], i);
                for (int c = 0; c < shape.V(); c++) {
                    out.o()[at + c] = scale * o[c];
                }
                if (shape.crossRead()) {
                    System.arraycopy(crossRead(chunk, S, P, i), 0, out.oCross(), at, shape.V());
                }
            }
        }
        chunk.advance(S, P);
    }

    /**
     * The selective read without forming S_i: two linear reads with a softmax between, ε = exp G_i.
     *
     * <pre>
     *   ℓ = [ ε ⊙ (S0 r) + Σ_{j≤i} (r·P_j) k_j ⊙ exp(G_i − G_j) ] / √V
     *   x = S0ᵀ(ε ⊙ π) + Σ_{j≤i} (π · (k_j ⊙ exp(G_i − G_j))) P_j,      π = softmax(ℓ)
     * </pre>
     */
    private double[] crossRead(Chunk chunk, double[][] S, double[][] P, int i) {
        double[] logits = chunk.readRows(S, P, chunk.r[i], i, i + 1);
        for (int d = 0; d < shape.K(); d++) {
            logits[d] /= Math.sqrt(shape.V());
        }
        return chunk.readColumns(S, P, StateRowRead.softmax(logits), i);
    }
}
