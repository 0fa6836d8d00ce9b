package io.deltarule.models;

import io.deltarule.core.InvalidInputException;

/**
 * What all layers with a delta-rule state have in common.
 *
 * @param hidden width of the model's rows
 * @param heads query/key heads, H
 * @param valueHeads value heads, HV, a multiple of H; value head j reads query/key head ⌊j / (HV/H)⌋
 * @param headK key channels per head, K
 * @param headV value channels per head, V
 * @param taps width of the short convolutions of q, k and v, 0 for none
 * @param negativeEigenvalues whether β is in (0, 2) rather than (0, 1)
 * @param outputGate whether a projection of the input gates the normed output
 * @param normEps added to the mean of squares in the output's norm
 * @param rope Selective RoPE of q and k, or null for none
 */
public record DeltaConfig(
        int hidden,
        int heads,
        int valueHeads,
        int headK,
        int headV,
        int taps,
        boolean negativeEigenvalues,
        boolean outputGate,
        double normEps,
        SelectiveRope rope) {
    /**
     * Checks the lengths.
     *
     * @throws InvalidInputException naming the first that is not usable
     */
    public DeltaConfig {
        atLeast("hidden", hidden, 1);
        atLeast("heads", heads, 1);
        atLeast("valueHeads", valueHeads, 1);
        atLeast("headK", headK, 1);
        atLeast("headV", headV, 1);
        atLeast("taps", taps, 0);
        if (valueHeads % heads != 0) {
            throw new InvalidInputException(
                    "valueHeads: expected a multiple of heads=" + heads + " but found " + valueHeads);
        }
    }

    private static void atLeast(String what, int found, int least) {
        if (found < least) {
            throw new InvalidInputException(what + ": expected at least " + least + " but found " + found);
        }
    }

    /** As many value heads as key heads, convolutions of width 4, a gated output, β in (0, 1). */
    public static DeltaConfig of(int hidden, int heads, int headK, int headV) {
        return new DeltaConfig(hidden, heads, heads, headK, headV, 4, false, true, 1e-6, null);
    }

    /** The same with another number of value heads. */
    public DeltaConfig withValueHeads(int count) {
        return new DeltaConfig(
                hidden, heads, count, headK, headV, taps, negativeEigenvalues, outputGate, normEps, rope);
    }

    /** The same with convolutions of another width, 0 for none. */
    public DeltaConfig withTaps(int width) {
        return new DeltaConfig(
                hidden, heads, valueHeads, headK, headV, width, negativeEigenvalues, outputGate, normEps, rope);
    }

    /** The same with β in (0, 2). */
    public DeltaConfig withNegativeEigenvalues() {
        return new DeltaConfig(hidden, heads, valueHeads, headK, headV, taps, true, outputGate, normEps, rope);
    }

    /** The same without an output gate. */
    public DeltaConfig withoutOutputGate() {
        return new DeltaConfig(
                hidden, heads, valueHeads, headK, headV, taps, negativeEigenvalues, false, normEps, rope);
    }

    /** The same with Selective RoPE. */
    public DeltaConfig withRope(SelectiveRope selective) {
        return new DeltaConfig(
                hidden, heads, valueHeads, headK, headV, taps, negativeEigenvalues, outputGate, normEps, selective);
    }

    /** Width of a row of all key heads, H·K. */
    public int keyWidth() {
        return heads * headK;
    }

    /** Width of a row of all value heads, HV·V. */
    public int valueWidth() {
        return valueHeads * headV;
    }
}
