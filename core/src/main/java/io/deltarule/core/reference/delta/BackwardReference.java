package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.StateShape;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The backward pass in float64, token by token from the last to the first: the oracle of every fast one. With R the
 * gradient of the state, which later tokens have left:
 *
 * <pre>
 *   R  += scale q doᵀ                                   dq = scale S do
 *   R  += π dxᵀ + dℓ rᵀ/√V      z = S dx, dℓ = π ⊙ (z − π·z)    dr = Sᵀ dℓ/√V        the selective read
 *   dp  = Rᵀ k      du = dp      dk = R p      de = −S' dp
 *   dS' = R − e dpᵀ              dg = Σ_v dS' ⊙ S'              R ← diag(exp g) dS'
 * </pre>
 *
 * With n Householder factors the middle lines run from a token's last micro-step to its first, dg and the decay at its
 * first. States are computed again from one kept every {@value #SEGMENT} tokens. Source: Yang et al. 2024,
 * arXiv:2406.06484, section 3; the derivation is in docs/math/backward.md.
 */
public final class BackwardReference {
    private static final int SEGMENT = 64;

    private final Variant variant;
    private final DeltaNumbers in;
    private final OutputGradients given;
    private final DeltaShape shape;
    private final double scale;

    private BackwardReference(Variant variant, DeltaNumbers in, OutputGradients given, double scale) {
        this.variant = variant;
        this.in = in;
        this.given = given;
        this.shape = in.shape();
        this.scale = scale;
    }

    /**
     * Gradients in float64, row-major.
     *
     * @param tensors by input, each of its input's size
     * @param initialState [N, HV, K, V]
     */
    @SuppressWarnings("ArrayRecordComponent") // plain numbers handed to the one caller, never shared
    public record Result(Map<Input, double[]> tensors, double[] initialState) {}

    /**
     * Token by token.
     *
     * @param variant which member of the family
     * @param in its tensors
     * @param given gradients of its outputs
     * @param scale what the read-out is multiplied by
     * @return gradients of its inputs
     * @throws io.deltarule.core.InvalidInputException if the tensors do not fit
     */
    public static Result recurrent(Variant variant, DeltaInputs in, DeltaCotangents given, double scale) {
        DeltaShape shape = in.validate(variant);
        return recurrent(variant, DeltaNumbers.of(in, shape), OutputGradients.of(given, shape), scale);
    }

    /** The same of numbers that were never float32; they have to fit their shape. */
    public static Result recurrent(Variant variant, DeltaNumbers in, OutputGradients given, double scale) {
        return overHeads(variant, in, given, new BackwardReference(variant, in, given, scale)::head);
    }

    /** One value head over tokens [from, to): R is the final state's gradient and becomes the initial state's. */
    interface HeadRun {
        void run(double[][] S, double[][] R, int from, int to, int valueHead, InputGradients out);
    }

    static Result overHeads(Variant variant, DeltaNumbers in, OutputGradients given, HeadRun run) {
        DeltaShape shape = in.shape();
        InputGradients sums = new InputGradients(variant, in);
        StateShape state = shape.state();
        int perHead = Math.toIntExact(state.numbersPerHead());
        double[] states = new double[Math.multiplyExact(state.count(), perHead)];
        int[] ends = in.ends();
        int group = shape.HV() / shape.H();
        // Heads of a group add to the same numbers, so one thread takes them all.
        IntStream.range(0, shape.sequences() * shape.H()).parallel().forEach(item -> {
            int sequence = item / shape.H();
            for (int j = item % shape.H() * group; j < (item % shape.H() + 1) * group; j++) {
                int at = Math.toIntExact(state.index(sequence, j));
                double[][] R = DeltaNumbers.state(given.finalState(), shape, at);
                double[][] S = DeltaNumbers.state(in.initialState(), shape, at);
                run.run(S, R, ends[sequence], ends[sequence + 1], j, sums);
                for (int d = 0; d < shape.K(); d++) {
                    System.arraycopy(R[d], 0, states, at * perHead + d * shape.V(), shape.V());
                }
            }
        });
        return new Result(sums.sums(), states);
    }

    private void head(double[][] S, double[][] R, int from, int to, int j, InputGradients out) {
        List<double[][]> before = new ArrayList<>(); // the state before every segment
        Token x = new Token(shape);
        for (int t = from; t < to; t++) {
            if ((t - from) % SEGMENT == 0) {
                before.add(copy(S));
            }
            x.load(in, t, j);
            for (int m = 0; m < shape.householders(); m++) {
                step(S, x, m);
            }
        }
        for (int i = before.size() - 1; i >= 0; i--) {
            int first = from + i * SEGMENT;
            segment(before.get(i), R, first, Math.min(first + SEGMENT, to), j, out);
        }
    }

    /** Advances S over micro-step m and returns its pseudo-value. */
    private double[] step(double[][] S, Token x, int m) {
        decay(S, x, m);
        double[] p = pseudoValue(S, x, m);
        addOuter(S, 1, x.k[m], p);
        return p;
    }

    private static void decay(double[][] S, Token x, int m) {
        if (m == 0) {
            TokenRule.decay(S, x);
        }
    }

    private double[] pseudoValue(double[][] decayed, Token x, int m) {
        double[] p = x.term(variant.writeValue(), m);
        double[] found = TokenRule.retrieve(decayed, x.term(variant.eraseKey(), m));
        for (int c = 0; c < p.length; c++) {
            p[c] -= found[c];
        }
        return p;
    }

    private void segment(double[][] S, double[][] R, int first, int end, int j, InputGradients out) {
        int n = shape.householders();
        double[][][] before = new double[(end - first) * n + 1][][]; // the state before each micro-step
        Token x = new Token(shape);
        for (int i = 0; i < before.length; i++) {
            before[i] = copy(S);
            if (i < before.length - 1) {
                x.load(in, first + i / n, j);
                step(S, x, i % n);
            }
        }
        for (int t = end - 1; t >= first; t--) {
            x.load(in, t, j);
            double[] dr = new double[shape.V()];
            double[] dq = reads(before[(t - first + 1) * n], R, x, t, j, dr);
            double[] dg = new double[shape.K()];
            for (int m = n - 1; m >= 0; m--) {
                double[][] decayed = copy(before[(t - first) * n + m]);
                decay(decayed, x, m);
                double[] p = pseudoValue(decayed, x, m);
                double[] dp = TokenRule.retrieve(R, x.k[m]);
                double[] dk = apply(R, p);
                double[] de = apply(decayed, dp);
                for (int d = 0; d < shape.K(); d++) {
                    de[d] = -de[d];
                }
                addOuter(R, -1, x.term(variant.eraseKey(), m), dp);
                if (m == 0) {
                    for (int d = 0; d < shape.K(); d++) {
                        dg[d] = StateRowRead.dot(R[d], decayed[d]);
                    }
                    TokenRule.decay(R, x);
                }
                out.addMicroStep(x, t, m, j, dk, de, dp);
            }
            out.addToken(t, j, dq, dg, dr);
        }
    }

    /** Adds what a token's reads of S give to R; fills dr and returns dq. */
    private double[] reads(double[][] S, double[][] R, Token x, int t, int j, double[] dr) {
        double[] dO = OutputGradients.row(given.o(), shape, t, j);
        addOuter(R, scale, x.q, dO);
        double[] dq = apply(S, dO);
        for (int d = 0; d < shape.K(); d++) {
            dq[d] *= scale;
        }
        if (shape.crossRead()) {
            double[] dx = OutputGradients.row(given.oCross(), shape, t, j);
            double[] weights = StateRowRead.softmax(StateRowRead.logits(S, x.r));
            double[] dLogits = StateRowRead.logitGradients(weights, apply(S, dx));
            double perRoot = 1 / Math.sqrt(shape.V());
            addOuter(R, 1, weights, dx);
            addOuter(R, perRoot, dLogits, x.r);
            double[] read = TokenRule.retrieve(S, dLogits);
            for (int c = 0; c < shape.V(); c++) {
                dr[c] = perRoot * read[c];
            }
        }
        return dq;
    }

    static double[][] copy(double[][] S) {
        double[][] copy = new double[S.length][];
        for (int d = 0; d < S.length; d++) {
            copy[d] = S[d].clone();
        }
        return copy;
    }

    /** S x. */
    static double[] apply(double[][] S, double[] x) {
        double[] out = new double[S.length];
        for (int d = 0; d < S.length; d++) {
            out[d] = StateRowRead.dot(S[d], x);
        }
        return out;
    }

    /** S ← S + factor · a bᵀ. */
    static void addOuter(double[][] S, double factor, double[] a, double[] b) {
        for (int d = 0; d < S.length; d++) {
            for (int c = 0; c < b.length; c++) {
                S[d][c] += factor * a[d] * b[c];
            }
        }
    }
}
