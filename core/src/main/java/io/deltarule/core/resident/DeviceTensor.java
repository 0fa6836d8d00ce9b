package io.deltarule.core.resident;

import io.deltarule.core.Tensor;

/**
 * A float32 tensor of a {@link ResidentPlan}, where the plan's engine computes. It is made with the plan and goes with it.
 *
 * <p>Inputs, initial states and gradients of outputs are {@linkplain #set}; outputs and gradients of inputs are {@linkplain #get got}.
 * Neither happens unless it is called.
 */
public interface DeviceTensor {
    /** Its name: that of the operation's tensor in operation files, with d_ before it for a gradient. */
    String name();

    /** The axes' lengths (a copy). */
    int[] dims();

    /**
     * Fills it.
     *
     * <p>A device gets a copy now. An engine that computes in the host's memory reads the tensor itself in every run until another is set:
     * whoever changes its numbers sets it again, on any engine.
     *
     * @param values of exactly these {@link #dims}
     * @throws io.deltarule.core.InvalidInputException if the lengths differ, g has a number above 0, or the tensor is one that runs write
     * @throws io.deltarule.core.NumericException if a number is not finite (−∞ in g, a full reset, is allowed)
     * @throws IllegalStateException if the plan is closed or in use by another thread
     */
    void set(Tensor values);

    /**
     * Reads it as the last run left it.
     *
     * @return a tensor that is the plan's: the next run, or the next {@code get}, may write over it
     * @throws io.deltarule.core.InvalidInputException if the tensor is one that callers set
     * @throws io.deltarule.core.NumericException if a number is not finite: the state grew beyond float32
     * @throws IllegalStateException if nothing ran since something that it depends on was set, the plan is closed, or in use by another
     *     thread
     */
    Tensor get();
}
