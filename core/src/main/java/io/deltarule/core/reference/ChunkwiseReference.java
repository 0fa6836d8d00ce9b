package io.deltarule.core.reference;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Term;
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
    /** A log-decay whose exponential is 0 in float64; stands for stronger ones, since −∞ has no differences. */
    private static final double FORGETS = -1e4;

    private final DeltaShape shape;
    private final DeltaInputs in;
    private final Variant variant;
    private final double scale;

    private ChunkwiseReference(Variant variant, DeltaInputs in, double scale) {
        this.shape = in.validate(variant);
        this.in = in;
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
        return DeltaReference.overHeads(reference.shape, in, (S, from, to, head, out) -> {
            int n = reference.shape.householders();
            for (int first = from * n; first < to * n; first += C) {
                reference.chunk(S, first, Math.min(first + C, to * n), head, out);
            }
        });
    }

    /** One chunk of micro-steps [first, end): updates S in place and writes the read-outs of the tokens that end in it. */
    private void chunk(double[][] S, int first, int end, int head, DeltaReference.Result out) {
        int rows = end - first;
        int n = shape.householders();
        double[][] q = new double[rows][];
        double[][] k = new double[rows][];
        double[][] e = new double[rows][];
        double[][] u = new double[rows][];
        double[][] G = new double[rows][shape.K()];
        Token x = new Token(shape);
        for (int i = 0; i < rows; i++) {
            int token = (first + i) / n;
            int step = (first + i) % n;
            x.load(in, shape, token, head);
            q[i] = step == n - 1 ? x.q.clone() : new double[shape.K()];
            k[i] = x.k[step].clone();
            e[i] = product(variant.eraseKey(), x, step);
            u[i] = product(variant.writeValue(), x, step);
            for (int d = 0; d < shape.K(); d++) {
                G[i][d] = (i == 0 ? 0 : G[i - 1][d]) + (step == 0 ? Math.max(x.logDecay[d], FORGETS) : 0);
            }
        }
        double[][] P = pseudoValues(S, k, e, u, G);
        for (int i = 0; i < rows; i++) {
            if ((first + i) % n == n - 1) {
                int at = ((first + i) / n * shape.HV() + head) * shape.V();
                readOut(S, q[i], k, G, P, i, scale, at, out.o());
                if (shape.crossRead()) {
                    x.load(in, shape, (first + i) / n, head);
                    crossRead(S, x.r, k, G, P, i, at, out.oCross());
                }
            }
        }
        advance(S, k, G, P);
    }

    /** P = A (u − (e ⊙ exp G) S0) by forward substitution with I + L, which is U − W S0. */
    private double[][] pseudoValues(double[][] S, double[][] k, double[][] e, double[][] u, double[][] G) {
        double[][] P = new double[k.length][];
        for (int i = 0; i < k.length; i++) {
            double[] decayed = new double[shape.K()];
            for (int d = 0; d < shape.K(); d++) {
                decayed[d] = e[i][d] * Math.exp(G[i][d]);
            }
            double[] found = TokenRule.retrieve(S, decayed);
            P[i] = new double[shape.V()];
            for (int c = 0; c < shape.V(); c++) {
                P[i][c] = u[i][c] - found[c];
            }
            for (int j = 0; j < i; j++) {
                double L = score(e[i], k[j], G[i], G[j]);
                for (int c = 0; c < shape.V(); c++) {
                    P[i][c] -= L * P[j][c];
                }
            }
        }
        return P;
    }

    private void readOut(
            double[][] S,
            double[] q,
            double[][] k,
            double[][] G,
            double[][] P,
            int i,
            double factor,
            int at,
            double[] o) {
        double[] decayed = new double[shape.K()];
        for (int d = 0; d < shape.K(); d++) {
            decayed[d] = q[d] * Math.exp(G[i][d]);
        }
        double[] read = TokenRule.retrieve(S, decayed);
        for (int j = 0; j <= i; j++) {
            double M = score(q, k[j], G[i], G[j]);
            for (int c = 0; c < shape.V(); c++) {
                read[c] += M * P[j][c];
            }
        }
        for (int c = 0; c < shape.V(); c++) {
            o[at + c] = factor * read[c];
        }
    }

    /**
     * The selective read without forming S_i: two linear reads with a softmax between, ε = exp G_i.
     *
     * <pre>
     *   ℓ = [ ε ⊙ (S0 r) + Σ_{j≤i} (r·P_j) k_j ⊙ exp(G_i − G_j) ] / √V
     *   x = S0ᵀ(ε ⊙ π) + Σ_{j≤i} (π · (k_j ⊙ exp(G_i − G_j))) P_j,      π = softmax(ℓ)
     * </pre>
     */
    private void crossRead(
            double[][] S, double[] r, double[][] k, double[][] G, double[][] P, int i, int at, double[] oCross) {
        double[] logits = new double[shape.K()];
        for (int d = 0; d < shape.K(); d++) {
            logits[d] = Math.exp(G[i][d]) * StateRowRead.dot(S[d], r);
            for (int j = 0; j <= i; j++) {
                logits[d] += StateRowRead.dot(r, P[j]) * k[j][d] * Math.exp(G[i][d] - G[j][d]);
            }
            logits[d] /= Math.sqrt(shape.V());
        }
        readOut(S, StateRowRead.softmax(logits), k, G, P, i, 1, at, oCross);
    }

    private void advance(double[][] S, double[][] k, double[][] G, double[][] P) {
        int last = k.length - 1;
        for (int d = 0; d < shape.K(); d++) {
            for (int c = 0; c < shape.V(); c++) {
                S[d][c] *= Math.exp(G[last][d]);
                for (int j = 0; j <= last; j++) {
                    S[d][c] += k[j][d] * Math.exp(G[last][d] - G[j][d]) * P[j][c];
                }
            }
        }
    }

    private double score(double[] left, double[] key, double[] leftG, double[] keyG) {
        double sum = 0;
        for (int d = 0; d < shape.K(); d++) {
            sum += left[d] * key[d] * Math.exp(leftG[d] - keyG[d]);
        }
        return sum;
    }

    private static double[] product(Term term, Token x, int step) {
        double[] out = channels(term.vector(), x, step).clone();
        for (int i = 0; i < out.length; i++) {
            out[i] *= term.gain() == Input.BETA ? x.beta[step] : channels(term.gain(), x, step)[i];
        }
        return out;
    }

    private static double[] channels(Input input, Token x, int step) {
        return switch (input) {
            case K -> x.k[step];
            case V -> x.v[step];
            case P -> x.p[step];
            case B -> x.b[step];
            case W -> x.w[step];
            case Q, G, BETA, R -> throw new IllegalArgumentException(input + " is no factor of a term");
        };
    }
}
