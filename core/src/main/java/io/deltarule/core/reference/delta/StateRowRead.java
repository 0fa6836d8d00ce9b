package io.deltarule.core.reference.delta;

import java.util.Arrays;

/**
 * DeltaLens' selective read: cross-attention over the K rows of the state, in float64.
 *
 * <pre>  ℓ = S r / √V        x = Sᵀ softmax(ℓ) </pre>
 *
 * The layer's source is not public; docs/math/deltalens.md says what is inferred.
 */
public final class StateRowRead {
    private StateRowRead() {}

    public static double[] read(double[][] S, double[] r) {
        return TokenRule.retrieve(S, softmax(logits(S, r)));
    }

    static double[] logits(double[][] S, double[] r) {
        double[] logits = new double[S.length];
        for (int i = 0; i < S.length; i++) {
            logits[i] = dot(S[i], r) / Math.sqrt(r.length);
        }
        return logits;
    }

    /** From the weights π and their gradients z to the logits': dℓ = π ⊙ (z − π·z). */
    public static double[] logitGradients(double[] weights, double[] z) {
        double mean = dot(weights, z);
        double[] out = new double[weights.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = weights[i] * (z[i] - mean);
        }
        return out;
    }

    public static double[] softmax(double[] logits) {
        double max = Arrays.stream(logits).max().orElseThrow();
        double[] weights = Arrays.stream(logits).map(l -> Math.exp(l - max)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }

    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
