package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;

/**
 * The chunkwise backward pass in float64, written as the equations stand and for any chunk size; it pins them down before
 * any fast path does.
 *
 * <p>A chunk of C micro-steps has the state S0 before it and the gradient D of the state after it. A read that adds a bᵀ
 * to the gradient of S_i is a pair (a, b): (scale q, do), and for a selective read (π, dx) and (dℓ/√V, r). The erasure is
 * one more, (−e, dp), of the state before the write. With L, A = (I + L)⁻¹, P and G as in {@link ChunkwiseReference} and
 * Mᵐ_ij = Σ_d aᵐ_id k_jd exp(G_id − G_jd):
 *
 * <pre>
 *   du = dP = Aᵀ [ (k ⊙ exp(G_C − G)) D + Σ_reads (Mᵐ)ᵀ bᵐ ]
 *   a pair's z_i  = S'_i b_i = ε_i ⊙ (S0 b_i) + Σ_{j&lt;i} (b_i·P_j) k_j ⊙ exp(G_i − G_j)          ε = exp G
 *   a pair's da_i = z_i + (b_i·P_i) k_i of a read, z_i of the erasure            dq = scale da,  de = −da
 *   y_j  = exp(G_C − G_j) ⊙ (D P_j) + Σ_pairs Σ_{i&gt;j} (b_i·P_j) a_i ⊙ exp(G_i − G_j)
 *   dk_j = y_j + Σ_reads (b_j·P_j) a_j
 *   dg_t = exp(G_C) ⊙ Σ_v D ⊙ S0 + Σ_{j&lt;t} k_j ⊙ exp(G_C − G_j) ⊙ (D P_j)
 *          + Σ_{s≥t} Σ_pairs a_s ⊙ [ ε_s ⊙ (S0 b_s) + Σ_{j&lt;t} (b_s·P_j) k_j ⊙ exp(G_s − G_j) ]
 *   D    ← exp(G_C) ⊙ D + Σ_pairs (a ⊙ ε)ᵀ b
 * </pre>
 *
 * dg_t is everything that was there before t and is met at or after it, so that every term has exp g_t as a factor, and a
 * decay to 0 has a gradient of 0. Source: docs/math/backward.md.
 */
public final class ChunkwiseBackwardReference {
    private final Variant variant;
    private final DeltaNumbers in;
    private final OutputGradients given;
    private final DeltaShape shape;
    private final double scale;
    private final int chunkSize;

    private ChunkwiseBackwardReference(
            Variant variant, DeltaInputs in, DeltaCotangents given, double scale, int chunkSize) {
        this.variant = variant;
        this.shape = in.validate(variant);
        this.in = DeltaNumbers.of(in, shape);
        this.given = OutputGradients.of(given, shape);
        this.scale = scale;
        this.chunkSize = chunkSize;
    }

    /**
     * Chunk by chunk.
     *
     * @param variant which member of the family
     * @param in its tensors
     * @param given gradients of its outputs
     * @param scale what the read-out is multiplied by
     * @param C micro-steps per chunk, at least 1
     * @return gradients of its inputs
     */
    public static BackwardReference.Result run(
            Variant variant, DeltaInputs in, DeltaCotangents given, double scale, int C) {
        ChunkwiseBackwardReference reference = new ChunkwiseBackwardReference(variant, in, given, scale, C);
        return BackwardReference.overHeads(variant, reference.in, reference.given, reference::head);
    }

    /** Rows (a, b) whose outer products are what the chunk adds to the gradients of its states. */
    @SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
    private record Pair(double[][] a, double[][] b) {}

    private void head(double[][] S, double[][] D, int from, int to, int j, InputGradients out) {
        List<Chunk> chunks = new ArrayList<>();
        List<double[][]> before = new ArrayList<>(); // the state before every chunk
        int n = shape.householders();
        for (int first = from * n; first < to * n; first += chunkSize) {
            Chunk chunk = new Chunk(variant, in, first, Math.min(first + chunkSize, to * n), j);
            chunks.add(chunk);
            before.add(BackwardReference.copy(S));
            chunk.advance(S, chunk.pseudoValues(S));
        }
        TokenGradients later = new TokenGradients(shape);
        for (int c = chunks.size() - 1; c >= 0; c--) {
            chunk(chunks.get(c), before.get(c), D, j, later, out);
        }
    }

    /** What a token's micro-steps, which may lie in two chunks, add up. */
    private static final class TokenGradients {
        double[] dq;
        double[] dr;
        final Token x;

        TokenGradients(DeltaShape shape) {
            x = new Token(shape);
        }
    }

    private void chunk(Chunk c, double[][] S, double[][] D, int j, TokenGradients token, InputGradients out) {
        double[][] P = c.pseudoValues(S);
        List<Pair> pairs = new ArrayList<>(reads(c, S, P, j));
        int reads = pairs.size();
        double[][] dP = pseudoValueGradients(c, D, pairs);
        double[][] minusE = new double[c.rows][];
        for (int i = 0; i < c.rows; i++) {
            minusE[i] = scaled(c.e[i], -1);
        }
        pairs.add(new Pair(minusE, dP));
        double[][] dg = gateGradients(c, S, P, D, pairs);
        for (int i = c.rows - 1; i >= 0; i--) {
            double[] y = laterReads(c, D, P, pairs, i);
            double[] dk = y.clone();
            double[][] da = new double[pairs.size()][];
            for (int m = 0; m < pairs.size(); m++) {
                double[] a = pairs.get(m).a()[i];
                double[] b = pairs.get(m).b()[i];
                da[m] = c.readRows(S, P, b, i, i);
                if (m < reads) {
                    double overlap = StateRowRead.dot(b, P[i]);
                    Chunk.add(da[m], overlap, c.k[i]);
                    Chunk.add(dk, overlap, a);
                }
            }
            int t = c.tokenOf(i);
            int step = (c.first + i) % shape.householders();
            token.x.load(in, t, j);
            if (c.reads(i)) {
                token.dq = scaled(da[0], scale);
                token.dr = shape.crossRead() ? c.readColumns(S, P, pairs.get(2).a()[i], i) : null;
            }
            out.addMicroStep(token.x, t, step, j, dk, scaled(da[reads], -1), dP[i]);
            if (step == 0) {
                out.addToken(t, j, token.dq, dg[i], token.dr);
            }
        }
        for (int i = c.rows - 1; i >= 0; i--) {
            for (Pair pair : pairs) {
                BackwardReference.addOuter(D, 1, pair.a()[i], pair.b()[i]);
            }
            for (int d = 0; d < shape.K(); d++) {
                for (int v = 0; v < shape.V(); v++) {
                    D[d][v] *= c.decays[i][d];
                }
            }
        }
    }

    /** dg of every row: what the pairs meet, and what the state after the chunk does. */
    private double[][] gateGradients(Chunk c, double[][] S, double[][] P, double[][] D, List<Pair> pairs) {
        double[][] dg = new double[c.rows][shape.K()];
        if (shape.gate() == Gate.NONE) {
            return dg;
        }
        for (Pair pair : pairs) {
            for (int s = 0; s < c.rows; s++) {
                double[] b = pair.b()[s];
                double[][] writes = new double[s][];
                for (int j = 0; j < s; j++) {
                    writes[j] = scaled(c.k[j], StateRowRead.dot(b, P[j]));
                }
                addCrossings(c, pair.a()[s], BackwardReference.apply(S, b), writes, s, dg);
            }
        }
        double[] start = new double[shape.K()];
        for (int d = 0; d < shape.K(); d++) {
            start[d] = StateRowRead.dot(D[d], S[d]);
        }
        double[][] writes = new double[c.rows][];
        for (int j = 0; j < c.rows; j++) {
            writes[j] = Chunk.product(c.k[j], BackwardReference.apply(D, P[j]));
        }
        addCrossings(c, c.noDecay(), start, writes, c.rows - 1, dg);
        return dg;
    }

    /**
     * Adds to dg_t, for t ≤ s, what the chunk begins with and what is written before t as far as it is left at s, times a.
     *
     * @param start what the chunk begins with
     * @param writes what every row before s adds
     */
    private void addCrossings(Chunk c, double[] a, double[] start, double[][] writes, int s, double[][] dg) {
        double[][] leftOf = new double[s + 1][]; // what a row t and those after it, up to s, leave: exp(G_s − G_{t−1})
        double[] w = c.noDecay();
        for (int t = s; t >= 0; t--) {
            c.decay(w, t);
            leftOf[t] = w.clone();
        }
        double[] before = start.clone(); // what is there before t
        for (int t = 0; t <= s; t++) {
            for (int d = 0; d < shape.K(); d++) {
                dg[t][d] += a[d] * leftOf[t][d] * before[d];
            }
            if (t < s) {
                c.decay(before, t);
                Chunk.add(before, 1, writes[t]);
            }
        }
    }

    private List<Pair> reads(Chunk c, double[][] S, double[][] P, int j) {
        double[][] scaledQ = new double[c.rows][];
        double[][] dO = new double[c.rows][];
        double[][] weights = new double[c.rows][shape.K()];
        double[][] dLogits = new double[c.rows][shape.K()];
        double[][] dX = new double[c.rows][shape.V()];
        double perRoot = 1 / Math.sqrt(shape.V());
        for (int i = 0; i < c.rows; i++) {
            scaledQ[i] = scaled(c.q[i], scale);
            dO[i] = c.reads(i) ? OutputGradients.row(given.o(), shape, c.tokenOf(i), j) : new double[shape.V()];
            if (shape.crossRead() && c.reads(i)) {
                dX[i] = OutputGradients.row(given.oCross(), shape, c.tokenOf(i), j);
                weights[i] = StateRowRead.softmax(scaled(c.readRows(S, P, c.r[i], i, i + 1), perRoot));
                double[] z = c.readRows(S, P, dX[i], i, i + 1);
                dLogits[i] = scaled(StateRowRead.logitGradients(weights[i], z), perRoot);
            }
        }
        Pair linear = new Pair(scaledQ, dO);
        return shape.crossRead() ? List.of(linear, new Pair(weights, dX), new Pair(dLogits, c.r)) : List.of(linear);
    }

    /** dP by back substitution with (I + L)ᵀ. */
    private double[][] pseudoValueGradients(Chunk c, double[][] D, List<Pair> reads) {
        double[][] dP = new double[c.rows][];
        for (int j = c.rows - 1; j >= 0; j--) {
            dP[j] = new double[shape.V()];
            double[] w = c.noDecay();
            for (int i = j; i < c.rows; i++) {
                if (i > j) {
                    c.decay(w, i);
                    Chunk.add(dP[j], -c.score(c.e[i], j, w), dP[i]);
                }
                for (Pair pair : reads) {
                    Chunk.add(dP[j], c.score(pair.a()[i], j, w), pair.b()[i]);
                }
            }
            Chunk.add(dP[j], 1, TokenRule.retrieve(D, Chunk.product(c.k[j], w)));
        }
        return dP;
    }

    /** y_j: what the pairs of later micro-steps and the state after the chunk make of the write at j. */
    private double[] laterReads(Chunk c, double[][] D, double[][] P, List<Pair> pairs, int j) {
        double[] y = new double[shape.K()];
        double[] w = c.noDecay();
        for (int i = j + 1; i < c.rows; i++) {
            c.decay(w, i);
            for (Pair pair : pairs) {
                double overlap = StateRowRead.dot(pair.b()[i], P[j]);
                Chunk.add(y, overlap, Chunk.product(pair.a()[i], w));
            }
        }
        Chunk.add(y, 1, Chunk.product(BackwardReference.apply(D, P[j]), w));
        return y;
    }

    private static double[] scaled(double[] a, double factor) {
        double[] out = a.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] *= factor;
        }
        return out;
    }
}
