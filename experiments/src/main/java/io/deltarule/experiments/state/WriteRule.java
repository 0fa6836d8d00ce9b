package io.deltarule.experiments.state;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;

/**
 * How a state is written: S ← α S + β k (v − [erases] (α S)ᵀ k)ᵀ.
 *
 * <p>Linear attention, which erases nothing, is {@code ssd}.
 *
 * @param erases whether what the key finds is taken away first, as the delta rule does
 * @param strength β
 * @param decay α of every token
 */
record WriteRule(boolean erases, double strength, double decay) {
    /** The variant that computes it. */
    Variant variant() {
        if (!erases) {
            return Variant.SSD;
        }
        return decay == 1 ? Variant.DELTA_RULE : Variant.GATED_DELTA_RULE;
    }

    Gate gate() {
        return decay == 1 ? Gate.NONE : Gate.SCALAR;
    }

    /** The lengths of a run over so many episodes. */
    DeltaShape shape(int episodes, int tokens, int K, int V) {
        return new DeltaShape(episodes, tokens, 1, 1, K, V, 1, episodes, gate());
    }

    String words() {
        return (erases ? "delta" : "linear") + " β " + plain(strength) + (decay == 1 ? "" : ", α " + plain(decay));
    }

    private static String plain(double x) {
        return x == Math.rint(x) ? Long.toString((long) x) : Double.toString(x);
    }
}
