package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Levels;
import io.deltarule.core.Variant;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The backward pass of log-linear states in float64, token by token from the last to the first. With R^(ℓ) the gradient of level
 * ℓ's state, which later tokens have left:
 *
 * <pre>
 *   dλ^(ℓ) = scale qᵀ S^(ℓ) do      dq = scale Σ_ℓ λ^(ℓ) S^(ℓ) do      R^(ℓ) += scale λ^(ℓ) q doᵀ
 *   dk = Σ_ℓ R^(ℓ) p^(ℓ)     dp^(ℓ) = R^(ℓ)ᵀ k     du = dp^(0)     de = −Σ_ℓ S'^(ℓ) dp^(ℓ)
 *   dS'^(ℓ) = R^(ℓ) − e dp^(ℓ)ᵀ      dg = Σ_ℓ Σ_v dS'^(ℓ) ⊙ S'^(ℓ)      R^(ℓ) ← diag(exp g) dS'^(ℓ)
 *   before token t &gt; 0, m = 1 + ctz(t):   R^(ℓ) ← R^(m) for ℓ &lt; m
 * </pre>
 *
 * The last line is the merge's: its sum hands the gradient to each of its parts. Every state before every micro-step is kept.
 * Source: docs/math/log-linear.md.
 */
public final class LevelBackwardReference {
    private final Variant variant;
    private final DeltaNumbers in;
    private final OutputGradients given;
    private final DeltaShape shape;
    private final double scale;
    private final int[] positions;
    private final int L;

    private LevelBackwardReference(
            Variant variant, DeltaNumbers in, OutputGradients given, double scale, int[] positions) {
        this.variant = variant;
        this.in = in;
        this.given = given;
        this.shape = in.shape();
        this.scale = scale;
        this.positions = positions;
        this.L = shape.levels();
    }

    /**
     * Gradients in float64.
     *
     * @param in the operation's numbers; the states [N, HV, L, K, V] are those of the positions
     * @param positions tokens that each sequence has had
     * @return the gradient of the initial states has their axes
     */
    public static BackwardReference.Result run(
            Variant variant, DeltaNumbers in, OutputGradients given, double scale, int[] positions) {
        return new LevelBackwardReference(variant, in, given, scale, positions).all();
    }

    private BackwardReference.Result all() {
        InputGradients sums = new InputGradients(variant, in);
        int perHead = Math.toIntExact(shape.state().numbersPerHead());
        double[] states = new double[Math.multiplyExact(shape.state().heads(), perHead)];
        int group = shape.HV() / shape.H();
        // Heads of a group add to the same numbers, so one thread takes them all.
        IntStream.range(0, shape.sequences() * shape.H()).parallel().forEach(item -> {
            int sequence = item / shape.H();
            for (int j = item % shape.H() * group; j < (item % shape.H() + 1) * group; j++) {
                int at = (sequence * shape.HV() + j) * perHead;
                double[][][] S = levels(in.initialState(), at);
                double[][][] R = levels(given.finalState(), at);
                head(S, R, sequence, j, sums);
                for (int i = 0; i < perHead; i++) {
                    states[at + i] = R[i / (shape.K() * shape.V())][i / shape.V() % shape.K()][i % shape.V()];
                }
            }
        });
        return new BackwardReference.Result(sums.sums(), states);
    }

    private double[][][] levels(double[] numbers, int at) {
        double[][][] S = new double[L][shape.K()][shape.V()];
        for (int i = 0; numbers != null && i < L * shape.K() * shape.V(); i++) {
            S[i / (shape.K() * shape.V())][i / shape.V() % shape.K()][i % shape.V()] = numbers[at + i];
        }
        return S;
    }

    private static double[][][] copy(double[][][] S) {
        return Arrays.stream(S).map(BackwardReference::copy).toArray(double[][][]::new);
    }

    private void head(double[][][] S, double[][][] R, int sequence, int j, InputGradients out) {
        int n = shape.householders();
        int from = in.ends()[sequence];
        int to = in.ends()[sequence + 1];
        double[][][][] decayed = new double[(to - from) * n][][][]; // S' of every micro-step
        double[][][][] read = new double[to - from][][][]; // S after every token
        Token x = new Token(shape);
        for (int t = from; t < to; t++) {
            LevelStep.merge(S, positions[sequence] + t - from);
            x.load(in, t, j);
            for (int m = 0; m < n; m++) {
                for (double[][] level : S) {
                    if (m == 0) {
                        TokenRule.decay(level, x);
                    }
                }
                decayed[(t - from) * n + m] = copy(S);
                for (int level = 0; level < L; level++) {
                    BackwardReference.addOuter(S[level], 1, x.k[m], pseudoValue(S[level], x, m, level));
                }
            }
            read[t - from] = copy(S);
        }
        for (int t = to - 1; t >= from; t--) {
            x.load(in, t, j);
            double[] dq = reads(read[t - from], R, x, t, j, out);
            double[] dg = new double[shape.K()];
            for (int m = n - 1; m >= 0; m--) {
                microStep(decayed[(t - from) * n + m], R, x, t, m, j, dg, out);
            }
            out.addToken(t, j, dq, dg, new double[shape.V()]);
            spread(R, positions[sequence] + t - from);
        }
    }

    private void microStep(
            double[][][] decayed, double[][][] R, Token x, int t, int m, int j, double[] dg, InputGradients out) {
        double[] dk = new double[shape.K()];
        double[] de = new double[shape.K()];
        double[] du = null;
        for (int level = 0; level < L; level++) {
            double[] dp = TokenRule.retrieve(R[level], x.k[m]);
            Chunk.add(dk, 1, BackwardReference.apply(R[level], pseudoValue(decayed[level], x, m, level)));
            Chunk.add(de, -1, BackwardReference.apply(decayed[level], dp));
            du = level == 0 ? dp : du;
            BackwardReference.addOuter(R[level], -1, x.eraseKey(variant, m), dp);
            if (m == 0) {
                for (int d = 0; d < shape.K(); d++) {
                    dg[d] += StateRowRead.dot(R[level][d], decayed[level][d]);
                }
                TokenRule.decay(R[level], x);
            }
        }
        out.addMicroStep(x, t, m, j, dk, de, du);
    }

    /** p of a level; only the lowest is written to. */
    private double[] pseudoValue(double[][] decayed, Token x, int m, int level) {
        double[] p = level == 0 ? x.term(variant.writeValue(), m) : new double[shape.V()];
        Chunk.add(p, -1, TokenRule.retrieve(decayed, x.eraseKey(variant, m)));
        return p;
    }

    /** Adds what a token's read of every level gives to R and to dλ, and returns dq. */
    private double[] reads(double[][][] S, double[][][] R, Token x, int t, int j, InputGradients out) {
        double[] dO = OutputGradients.row(given.o(), shape, t, j);
        double[] dq = new double[shape.K()];
        double[] dLambda = new double[L];
        for (int level = 0; level < L; level++) {
            double lambda = in.get(Input.LAMBDA)[(t * shape.HV() + j) * L + level];
            double[] read = BackwardReference.apply(S[level], dO);
            dLambda[level] = scale * StateRowRead.dot(x.q, read);
            Chunk.add(dq, scale * lambda, read);
            BackwardReference.addOuter(R[level], scale * lambda, x.q, dO);
        }
        out.addLevels(t, j, dLambda);
        return dq;
    }

    private static void spread(double[][][] R, int position) {
        int from = position == 0 ? 0 : Levels.mergedInto(position);
        for (int level = 0; level < from; level++) {
            R[level] = BackwardReference.copy(R[from]);
        }
    }
}
