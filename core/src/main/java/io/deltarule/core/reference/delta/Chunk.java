package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Variant;

/**
 * One value head's micro-steps [first, end) in float64, as rows, and what the chunkwise forms compute from them.
 *
 * <p>g counts on a token's first micro-step, q on its last; elsewhere they are 0, and r is where q is.
 */
final class Chunk {
    /** A log-decay whose exponential is 0 in float64; stands for stronger ones, since −∞ has no differences. */
    private static final double FORGETS = -1e4;

    final DeltaShape shape;
    final int first;
    final int rows;
    final double[][] q;
    final double[][] k;
    final double[][] e;
    final double[][] u;
    final double[][] r;
    final double[][] G; // inclusive running sum of g

    Chunk(Variant variant, DeltaInputs in, DeltaShape shape, int first, int end, int head) {
        this.shape = shape;
        this.first = first;
        this.rows = end - first;
        q = new double[rows][];
        k = new double[rows][];
        e = new double[rows][];
        u = new double[rows][];
        r = new double[rows][];
        G = new double[rows][shape.K()];
        Token x = new Token(shape);
        for (int i = 0; i < rows; i++) {
            int m = (first + i) % shape.householders();
            x.load(in, shape, tokenOf(i), head);
            q[i] = reads(i) ? x.q.clone() : new double[shape.K()];
            r[i] = reads(i) && shape.crossRead() ? x.r.clone() : new double[shape.V()];
            k[i] = x.k[m].clone();
            e[i] = x.term(variant.eraseKey(), m);
            u[i] = x.term(variant.writeValue(), m);
            for (int d = 0; d < shape.K(); d++) {
                G[i][d] = (i == 0 ? 0 : G[i - 1][d]) + (m == 0 ? Math.max(x.logDecay[d], FORGETS) : 0);
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

    /** Whether row i leaves nothing of channel d, exp g = 0. */
    boolean forgets(int i, int d) {
        return Math.exp(G[i][d] - (i == 0 ? 0 : G[i - 1][d])) == 0;
    }

    /** Σ_d a_d k_jd exp(G_id − G_jd). */
    double score(double[] a, int i, int j) {
        double sum = 0;
        for (int d = 0; d < shape.K(); d++) {
            sum += a[d] * k[j][d] * Math.exp(G[i][d] - G[j][d]);
        }
        return sum;
    }

    /** a ⊙ exp G_i. */
    double[] sinceStart(double[] a, int i) {
        double[] out = a.clone();
        for (int d = 0; d < out.length; d++) {
            out[d] *= Math.exp(G[i][d]);
        }
        return out;
    }

    /** P = A (u − (e ⊙ exp G) S0) by forward substitution with I + L, which is U − W S0. */
    double[][] pseudoValues(double[][] S) {
        double[][] P = new double[rows][];
        for (int i = 0; i < rows; i++) {
            double[] found = TokenRule.retrieve(S, sinceStart(e[i], i));
            P[i] = new double[shape.V()];
            for (int c = 0; c < shape.V(); c++) {
                P[i][c] = u[i][c] - found[c];
            }
            for (int j = 0; j < i; j++) {
                double L = score(e[i], i, j);
                for (int c = 0; c < shape.V(); c++) {
                    P[i][c] -= L * P[j][c];
                }
            }
        }
        return P;
    }

    /** S_iᵀ a = S0ᵀ (ε_i ⊙ a) + Σ_{j≤i} (a · (k_j ⊙ exp(G_i − G_j))) P_j. */
    double[] readColumns(double[][] S, double[][] P, double[] a, int i) {
        double[] read = TokenRule.retrieve(S, sinceStart(a, i));
        for (int j = 0; j <= i; j++) {
            double M = score(a, i, j);
            for (int c = 0; c < shape.V(); c++) {
                read[c] += M * P[j][c];
            }
        }
        return read;
    }

    /** The first {@code count} writes of S_i b = ε_i ⊙ (S0 b) + Σ_j (b·P_j) k_j ⊙ exp(G_i − G_j). */
    double[] readRows(double[][] S, double[][] P, double[] b, int i, int count) {
        double[] read = sinceStart(BackwardReference.apply(S, b), i);
        for (int j = 0; j < count; j++) {
            double overlap = StateRowRead.dot(b, P[j]);
            for (int d = 0; d < shape.K(); d++) {
                read[d] += overlap * k[j][d] * Math.exp(G[i][d] - G[j][d]);
            }
        }
        return read;
    }

    /** S ← exp(G_C) ⊙ S0 + (k ⊙ exp(G_C − G))ᵀ P. */
    void advance(double[][] S, double[][] P) {
        int last = rows - 1;
        for (int d = 0; d < shape.K(); d++) {
            for (int c = 0; c < shape.V(); c++) {
                S[d][c] *= Math.exp(G[last][d]);
                for (int j = 0; j <= last; j++) {
                    S[d][c] += k[j][d] * Math.exp(G[last][d] - G[j][d]) * P[j][c];
                }
            }
        }
    }
}
