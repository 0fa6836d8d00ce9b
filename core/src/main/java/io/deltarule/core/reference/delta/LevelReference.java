package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Levels;
import io.deltarule.core.StateShape;
import io.deltarule.core.Variant;
import io.deltarule.core.engine.LevelChunks;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Log-linear states in float64, see {@link Levels}: token by token the variant's own rule on every level, and chunk by
 * chunk the equations of docs/math/log-linear.md as they stand.
 */
public final class LevelReference {
    private final Variant variant;
    private final DeltaNumbers in;
    private final DeltaShape shape;
    private final double scale;

    private LevelReference(Variant variant, DeltaInputs in, double scale) {
        this.variant = variant;
        this.shape = in.validate(variant);
        this.in = DeltaNumbers.of(in, shape);
        this.scale = scale;
    }

    /** Advances the states [L][K][V] of one head, which has had so many tokens, over tokens [from, to) of the batch. */
    private interface HeadRun {
        void run(double[][][] S, int position, int from, int to, int valueHead, double[] o);
    }

    /**
     * Token by token, {@link LevelStep}.
     *
     * @param start where the sequences begin
     * @return o and the states [N, HV, L, K, V]
     */
    public static DeltaReference.Result recurrent(Variant variant, DeltaInputs in, double scale, LevelStart start) {
        LevelReference reference = new LevelReference(variant, in, scale);
        return reference.overHeads(start, reference::tokens);
    }

    /**
     * Chunk by chunk, each as long as the power of two that its position allows, at most C micro-steps.
     *
     * @param start where the sequences begin
     * @return o and the states [N, HV, L, K, V]
     */
    public static DeltaReference.Result chunkwise(
            Variant variant, DeltaInputs in, double scale, LevelStart start, int C) {
        LevelReference reference = new LevelReference(variant, in, scale);
        return reference.overHeads(
                start,
                (S, position, from, to, j, o) ->
                        reference.chunks(S, position, from, to, j, o, C / reference.shape.householders()));
    }

    private DeltaReference.Result overHeads(LevelStart start, HeadRun head) {
        StateShape state = shape.state();
        int perState = shape.K() * shape.V();
        double[] states = new double[Math.multiplyExact(state.count(), perState)];
        double[] o = new double[Math.multiplyExact(Math.multiplyExact(shape.tokens(), shape.HV()), shape.V())];
        int[] ends = in.ends();
        IntStream.range(0, state.heads()).parallel().forEach(item -> {
            int sequence = item / shape.HV();
            int at = item * shape.levels() * perState;
            double[][][] S = new double[shape.levels()][shape.K()][shape.V()];
            for (int i = 0; start.state() != null && i < shape.levels() * perState; i++) {
                S[i / perState][i % perState / shape.V()][i % shape.V()] =
                        start.state().get((long) at + i);
            }
            head.run(S, start.position(sequence), ends[sequence], ends[sequence + 1], item % shape.HV(), o);
            for (int i = 0; i < shape.levels() * perState; i++) {
                states[at + i] = S[i / perState][i % perState / shape.V()][i % shape.V()];
            }
        });
        return new DeltaReference.Result(o, null, states);
    }

    private void tokens(double[][][] S, int position, int from, int to, int j, double[] o) {
        LevelStep step = new LevelStep(DeltaReference.rule(variant), shape);
        for (int t = from; t < to; t++) {
            add(o, t, j, 1, step.advance(S, position + t - from, in, t, j));
        }
    }

    private double lambda(int t, int j, int level) {
        return in.get(Input.LAMBDA)[(t * shape.HV() + j) * shape.levels() + level];
    }

    /**
     * Within a chunk of 2^c tokens the level of a pair is that of its two tokens, and every state from before it is read at its own
     * level throughout:
     *
     * <pre>
     *   O = scale · { [(M A) ⊙ Λ] u + Σ_b λ^(b+1) ⊙ (q ⊙ exp G − M W) R_b }       R_b, of the bits b of the position
     *   R_b ← exp(G_C) ⊙ R_b − K̂ᵀ W R_b        X = K̂ᵀ A u, which becomes a state of its own and is merged upwards
     * </pre>
     */
    private void chunks(double[][][] S, int position, int from, int to, int j, double[] o, int most) {
        if (from == to) {
            return;
        }
        double[][][] R = new double[Levels.MOST][][]; // by bit of the position, null where that is 0
        for (int level = 1; level < S.length; level++) {
            R[level - 1] = Levels.live(position - 1, level) && position > 0 ? S[level] : null;
        }
        if (position > 0) {
            carry(R, S[0], 0);
        }
        for (int t = from; t < to; ) {
            int p = position + t - from;
            int length = LevelChunks.length(p, to - 1 - t, Math.max(1, most));
            double[][] X = chunk(R, p, t, t + length, j, o);
            t += length;
            if (t < to) {
                carry(R, X, Integer.numberOfTrailingZeros(length));
            } else {
                S[0] = X;
                for (int level = 1; level < S.length; level++) {
                    S[level] = R[level - 1] == null ? new double[shape.K()][shape.V()] : R[level - 1];
                }
            }
        }
    }

    /** Merges a new state into those of the bits from one on, as a counter carries. */
    private void carry(double[][][] R, double[][] X, int bit) {
        double[][] sum = BackwardReference.copy(X);
        int b = bit;
        for (; R[b] != null; b++) {
            BackwardReference.addTo(sum, R[b]);
            R[b] = null;
        }
        R[b] = sum;
    }

    /** Tokens [from, to) of the batch, the first of them at a position; returns X. */
    private double[][] chunk(double[][][] R, int position, int from, int to, int j, double[] o) {
        int n = shape.householders();
        Chunk writes = new Chunk(variant, in, from * n, to * n, j);
        Chunk single = new Chunk(variant, in, from * n, to * n, j); // one write at a time, which is (M A) by columns
        double[][] zero = new double[shape.K()][shape.V()];
        silence(single);
        for (int source = 0; source < writes.rows; source++) {
            single.u[source] = writes.u[source];
            double[][] P = single.pseudoValues(zero);
            int written = position + source / n;
            for (int i = source; i < writes.rows; i++) {
                if (writes.reads(i)) {
                    int t = writes.tokenOf(i);
                    double weight = lambda(t, j, Levels.of(position + i / n, written));
                    add(o, t, j, weight, writes.readColumns(zero, P, writes.q[i], i));
                }
            }
            single.u[source] = new double[shape.V()];
        }
        for (int b = 0; b < R.length; b++) {
            if (R[b] != null) {
                double[][] P = single.pseudoValues(R[b]);
                for (int i = 0; i < writes.rows; i++) {
                    if (writes.reads(i)) {
                        int t = writes.tokenOf(i);
                        add(o, t, j, lambda(t, j, b + 1), writes.readColumns(R[b], P, writes.q[i], i));
                    }
                }
                single.advance(R[b], P);
            }
        }
        double[][] X = BackwardReference.copy(zero);
        writes.advance(X, writes.pseudoValues(zero));
        return X;
    }

    private static void silence(Chunk chunk) {
        for (double[] u : chunk.u) {
            Arrays.fill(u, 0);
        }
    }

    private void add(double[] o, int t, int j, double weight, double[] read) {
        for (int c = 0; c < shape.V(); c++) {
            o[(t * shape.HV() + j) * shape.V() + c] += scale * weight * read[c];
        }
    }
}
