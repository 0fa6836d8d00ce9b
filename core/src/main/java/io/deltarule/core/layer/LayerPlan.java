package io.deltarule.core.layer;

import io.deltarule.core.Tensor;
import java.util.List;

/**
 * A program on one engine with its weights uploaded once and its states carried from run to run, one per sequence. It owns
 * its buffers and is closed; one thread uses it at a time, and a concurrent call is refused.
 */
public interface LayerPlan extends AutoCloseable {
    /** What this plan was made for. */
    LayerSpec spec();

    /**
     * Runs the program over the next tokens of every sequence.
     *
     * @param lengths how many tokens each sequence brings, N numbers, 0 allowed
     * @param inputs one tensor [tokens, width] per input slot, the sequences' tokens one after the other; not modified
     * @param outputs one tensor [tokens, width] per output slot, overwritten
     * @throws io.deltarule.core.InvalidInputException if a length or shape does not fit
     */
    void run(int[] lengths, List<Tensor> inputs, List<Tensor> outputs);

    /**
     * The same, of whose outputs only some tokens' rows are wanted: on a device no other row is copied back.
     *
     * @param lengths how many tokens each sequence brings
     * @param inputs one tensor [tokens, width] per input slot
     * @param rows which of the run's tokens, each from 0 to below their number, in any order; may be none
     * @param outputs one tensor [rows, width] per output slot, overwritten
     * @throws io.deltarule.core.InvalidInputException if a length, shape or row does not fit
     */
    void run(int[] lengths, List<Tensor> inputs, int[] rows, List<Tensor> outputs);

    /** How many tokens each sequence has had. */
    int[] positions();

    /** Puts every sequence back to its beginning: zero states, empty caches. */
    void reset();

    /**
     * Copies everything that is carried.
     *
     * @return tensors in an order fixed by the program; with {@link #positions} they are the whole state
     */
    List<Tensor> saveState();

    /**
     * Puts back what {@link #saveState} returned, from a plan of the same program and capacities.
     *
     * @param state its tensors
     * @param positions how many tokens each sequence has had
     */
    void loadState(List<Tensor> state, int[] positions);

    /** Frees the plan's buffers; further calls do nothing. */
    @Override
    void close();
}
