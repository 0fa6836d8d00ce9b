package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Levels;
import java.util.Arrays;

/** One token on log-linear states: each level takes the variant's own step, of which the lowest has the write. */
public final class LevelStep {
    private final TokenRule rule;
    private final DeltaShape shape;
    private final Token writing;
    private final Token silent; // v = 0

    public LevelStep(TokenRule rule, DeltaShape shape) {
        this.rule = rule;
        this.shape = shape;
        this.writing = new Token(shape);
        this.silent = new Token(shape);
    }

    /**
     * Merges the levels and advances them by a token.
     *
     * @param S [L][K][V]
     * @param position tokens before it
     * @param t where it is among the operation's
     * @return Σ_ℓ λ^(ℓ) S^(ℓ)ᵀ q
     */
    public double[] advance(double[][][] S, int position, DeltaNumbers in, int t, int j) {
        merge(S, position);
        writing.load(in, t, j);
        silent.load(in, t, j);
        for (double[] v : silent.v) {
            Arrays.fill(v, 0);
        }
        double[] read = new double[shape.V()];
        for (int level = 0; level < S.length; level++) {
            rule.update(S[level], level == 0 ? writing : silent);
            double lambda = in.get(Input.LAMBDA)[(t * shape.HV() + j) * shape.levels() + level];
            Chunk.add(read, lambda, TokenRule.retrieve(S[level], writing.q));
        }
        return read;
    }

    /** S^(m) ← Σ S^(ℓ) over the levels up to m, of which the lower ones begin again. */
    static void merge(double[][][] S, int position) {
        int into = position == 0 ? 0 : Levels.mergedInto(position);
        for (int level = 0; level < into; level++) {
            BackwardReference.addTo(S[into], S[level]);
            for (double[] row : S[level]) {
                Arrays.fill(row, 0);
            }
        }
    }
}
