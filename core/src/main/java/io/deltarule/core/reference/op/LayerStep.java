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

    /** Copies what is carried to the next of these tensors. */
    default void save(Iterator<Tensor> to, int[] positions) {}

    /** Replaces what is carried by the next of these tensors. */
    default void load(Iterator<Tensor> from, int[] positions) {}
}
