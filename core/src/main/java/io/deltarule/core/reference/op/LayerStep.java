package io.deltarule.core.reference.op;

import io.deltarule.core.Tensor;
import java.util.Iterator;

/** One operation of a layer in float64, token by token; each instance knows its slots' rows and owns what it carries. */
@FunctionalInterface
public interface LayerStep {
    /**
     * Computes one token's output rows from its input rows.
     *
     * @param sequence whose token it is
     * @param position how many tokens the sequence has had before
     */
    void step(int sequence, int position);

    /** Puts every sequence back to its beginning. */
    default void reset() {}

    /**
     * What is carried, in float64 and row-major, in the layout that each operation's backward reads: delta states [N, HV, K, V],
     * convolution inputs [N, taps − 1, width], angles [N, width], keys [N, kvHeads, rows, head] and then values.
     *
     * @return a copy, empty where nothing is carried
     */
    default double[] state() {
        return new double[0];
    }

    /** Copies what is carried to the next of these tensors. */
    default void save(Iterator<Tensor> to, int[] positions) {}

    /** Replaces what is carried by the next of these tensors. */
    default void load(Iterator<Tensor> from, int[] positions) {}
}
