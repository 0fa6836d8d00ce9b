package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import java.util.Iterator;

/** One operation of a layer on the CPU; each instance knows its slots and weights and owns what it carries. */
@FunctionalInterface
public interface LayerStep {
    /** Computes the output rows of all the run's tokens from their input rows, and advances what is carried. */
    void run(LayerRun run);

    /** Takes up what its weights are now, where it keeps copies of them. */
    default void refresh() {}

    /** Puts every sequence back to its beginning. */
    default void reset() {}

    /** Copies what is carried to the next of these tensors, which are zero. */
    default void save(Iterator<Tensor> to, int[] positions) {}

    /** Replaces what is carried by the next of these tensors. */
    default void load(Iterator<Tensor> from, int[] positions) {}
}
