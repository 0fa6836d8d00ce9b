package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Term;
import java.util.Arrays;

/** One head's share of one token in float64: a query, a log-decay per key channel, and n micro-steps' other inputs. */
public final class Token {
    public final double[] q;
    public final double[] logDecay;
    public final double[][] k;
    public final double[][] v;
    public final double[][] p;
    public final double[][] b;
    public final double[][] w;
    public final double[] beta;
    public final double[] r;

    public Token(DeltaShape s) {
        int n = s.householders();
        q = new double[s.K()];
        logDecay = new double[s.K()];
        k = new double[n][s.K()];
        v = new double[n][s.V()];
        p = new double[n][s.K()];
        b = new double[n][s.K()];
        w = new double[n][s.V()];
        beta = new double[n];
        r = new double[s.V()];
    }

    /** The decay α = exp g of key channel i. */
    double decay(int i) {
        return Math.exp(logDecay[i]);
    }

    /** Loads token t (counted through the whole batch) of value head j. */
    public void load(DeltaNumbers in, int t, int j) {
        DeltaShape s = in.shape();
        row(in, Input.Q, t, j, q);
        row(in, Input.R, t, j, r);
        double[] g = in.get(Input.G);
        for (int i = 0; i < s.K(); i++) {
            if (s.gate() == Gate.NONE) {
                logDecay[i] = 0;
            } else {
                int head = t * s.HV() + j;
                logDecay[i] = s.gate() == Gate.SCALAR ? g[head] : g[head * s.K() + i];
            }
        }
        double[] strength = in.get(Input.BETA);
        for (int m = 0; m < s.householders(); m++) {
            int step = t * s.householders() + m;
            row(in, Input.K, step, j, k[m]);
            row(in, Input.V, step, j, v[m]);
            row(in, Input.P, step, j, p[m]);
            row(in, Input.B, step, j, b[m]);
            row(in, Input.W, step, j, w[m]);
            beta[m] = strength == null ? Double.NaN : strength[step * s.HV() + j];
        }
    }

    /** A term of micro-step m: vector ⊙ gain. */
    double[] term(Term term, int m) {
        double[] out = channels(term.vector(), m).clone();
        for (int i = 0; i < out.length; i++) {
            out[i] *= term.scalarGain() ? beta[m] : channels(term.gain(), m)[i];
        }
        return out;
    }

    /** The row of micro-step m of a tensor that makes terms. */
    double[] channels(Input input, int m) {
        return switch (input) {
            case K -> k[m];
            case V -> v[m];
            case P -> p[m];
            case B -> b[m];
            case W -> w[m];
            case Q, G, BETA, R -> throw new IllegalArgumentException(input + " is no factor of a term");
        };
    }

    /** Copies one row of a [.., .., heads, channels] tensor; grouped heads share theirs. NaN where there is no tensor. */
    private static void row(DeltaNumbers in, Input input, int step, int j, double[] to) {
        double[] from = in.get(input);
        if (from == null) {
            Arrays.fill(to, Double.NaN);
            return;
        }
        int heads = in.heads(input);
        int row = step * heads + j / (in.shape().HV() / heads);
        System.arraycopy(from, row * to.length, to, 0, to.length);
    }
}
