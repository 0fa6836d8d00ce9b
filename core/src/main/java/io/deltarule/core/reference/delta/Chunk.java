package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Variant;
import java.util.Arrays;

/**
 * One value head's micro-steps [first, end) in float64, as rows, and what the chunkwise forms compute from them.
 *
 * <p>g counts on a token's first micro-step, q on its last; elsewhere they are 0, and r is where q is. The decay from row j
 * to row i, exp(G_i − G_j), is always the product of the rows' own decays exp g that lie between: a difference of sums G
 * would keep of a weak decay only what a strong one beside it leaves, and −∞ has no differences.
 */
final class Chunk {
    final DeltaShape shape;
    final int first;
    final int rows;
    final double[][] q;
    final double[][] k;
    final double[][] e;
    final double[][] u;
    final double[][] r;
    final double[][] decays; // exp g, 1 where a row does not decay

    Chunk(Variant variant, DeltaNumbers in, int first, int end, int head) {
        this.shape = in.shape();
        this.first = first;
        this.rows = end - first;
        q = new double[rows][];
        k = new double[rows][];
        e = new double[rows][];
        u = new double[rows][];
        r = new double[rows][];
        decays = new double[rows][shape.K()];
        Token x = new Token(shape);
        for (int i = 0; i < rows; i++) {
            int m = (first + i) % shape.householders();
            x.load(in, tokenOf(i), head);
            q[i] = reads(i) ? x.q.clone() : new double[shape.K()];
            r[i] = reads(i) && shape.crossRead() ? x.r.clone() : new double[shape.V()];
            k[i] = x.k[m].clone();
            e[i] = x.term(variant.eraseKey(), m);
            u[i] = x.term(variant.writeValue(), m);
            for (int d = 0; d < shape.K(); d++) {
                decays[i][d] = m == 0 ? x.decay(d) : 1;
            }
        }
    }

    /** The token that row i belongs to. */
    int tokenOf(int i) {
        return (first + i) / shape.householders();
    }

    /** Whether row i is its token's last. */
    boolean reads(int i) {
        return (first + i + 1) % shape.householders() == 0;
    }

    /** No decay yet: where a running product begins. */
    double[] noDecay() {
        double[] w = new double[shape.K()];
        Arrays.fill(w, 1);
        return w;
    }

    /** w ← w ⊙ exp g_i: moves a running product past row i. */
    void decay(double[] w, int i) {
        for (int d = 0; d < w.length; d++) {
            w[d] *= decays[i][d];
        }
    }

    /** Σ_d a_d k_jd w_d, where w is exp(G_i − G_j). */
    double score(double[] a, int j, double[] w) {
        double sum = 0;
        for (int d = 0; d < shape.K(); d++) {
            sum += a[d] * k[j][d] * w[d];
        }
        return sum;
    }

    /** a ⊙ w. */
    static double[] product(double[] a, double[] w) {
        double[] out = a.clone();
        for (int d = 0; d < out.length; d++) {
            out[d] *= w[d];
        }
        return out;
    }

    /** P = A (u − (e ⊙ exp G) S0) by forward substitution with I + L, which is U − W S0. */
    double[][] pseudoValues(double[][] S) {
        double[][] P = new double[rows][];
        for (int i = 0; i < rows; i++) {
            P[i] = u[i].clone();
            double[] w = decays[i].clone();
            for (int j = i - 1; j >= 0; j--) {
                add(P[i], -score(e[i], j, w), P[j]);
                decay(w, j);
            }
            add(P[i], -1, TokenRule.retrieve(S, product(e[i], w)));
        }
        return P;
    }

    /** S_iᵀ a = S0ᵀ (ε_i ⊙ a) + Σ_{j≤i} (a · (k_j ⊙ exp(G_i − G_j))) P_j. */
    double[] readColumns(double[][] S, double[][] P, double[] a, int i) {
        double[] read = new double[shape.V()];
        double[] w = noDecay();
        for (int j = i; j >= 0; j--) {
            add(read, score(a, j, w), P[j]);
            decay(w, j);
        }
        add(read, 1, TokenRule.retrieve(S, product(a, w)));
        return read;
    }

    /** The first {@code count} writes of S_i b = ε_i ⊙ (S0 b) + Σ_j (b·P_j) k_j ⊙ exp(G_i − G_j). */
    double[] readRows(double[][] S, double[][] P, double[] b, int i, int count) {
        double[] read = new double[shape.K()];
        double[] w = noDecay();
        for (int j = i; j >= 0; j--) {
            if (j < count) {
                add(read, StateRowRead.dot(b, P[j]), product(k[j], w));
            }
            decay(w, j);
        }
        add(read, 1, product(BackwardReference.apply(S, b), w));
        return read;
    }

    /** S ← exp(G_C) ⊙ S0 + (k ⊙ exp(G_C − G))ᵀ P. */
    void advance(double[][] S, double[][] P) {
        double[] w = noDecay();
        double[][] written = new double[shape.K()][shape.V()];
        for (int j = rows - 1; j >= 0; j--) {
            BackwardReference.addOuter(written, 1, product(k[j], w), P[j]);
            decay(w, j);
        }
        for (int d = 0; d < shape.K(); d++) {
            for (int c = 0; c < shape.V(); c++) {
                S[d][c] = w[d] * S[d][c] + written[d][c];
            }
        }
    }

    /** to ← to + factor · a. */
    static void add(double[] to, double factor, double[] a) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * a[i];
        }
    }
}
