package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.op.WeightNumbers;
import java.util.Arrays;
import java.util.Map;

/**
 * What one run's way back reads and adds to. Rows of all tokens lie one after the other, the sequences' one after the other.
 *
 * @param lengths tokens of each sequence in this run
 * @param positions tokens that each sequence had before it
 * @param slots what the run computed
 * @param gradients L's gradient with respect to the slots; only those that are wanted
 * @param weights all weights
 * @param weightGradients L's gradient with respect to those that are trained
 */
@SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
public record BackwardRun(
        int[] lengths,
        int[] positions,
        Map<Slot, double[]> slots,
        Map<Slot, double[]> gradients,
        Map<String, WeightNumbers> weights,
        Map<String, double[]> weightGradients) {
    /** Tokens of all sequences together. */
    int tokens() {
        return Arrays.stream(lengths).sum();
    }

    /** A slot's numbers, null for no slot. */
    double[] values(Slot slot) {
        return slots.get(slot);
    }

    /** A slot's gradient, null for no slot or where it is not wanted. */
    double[] gradient(Slot slot) {
        return gradients.get(slot);
    }

    /** A weight's numbers, null for no weight. */
    WeightNumbers weight(String name) {
        return weights.get(name);
    }

    /** A weight's gradient, null for no weight or where it is not trained. */
    double[] weightGradient(String name) {
        return weightGradients.get(name);
    }

    /** Adds to one of a gradient's numbers, if there is one. */
    static void add(double[] gradient, int index, double value) {
        if (gradient != null) {
            gradient[index] += value;
        }
    }
}
