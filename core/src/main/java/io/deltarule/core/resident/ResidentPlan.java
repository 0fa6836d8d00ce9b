package io.deltarule.core.resident;

/**
 * One operation or a chain of them with all tensors where the engine computes, made once and run many times. It owns its buffers and
 * is closed.
 *
 * <p>{@link #forward} and {@link #backward} move no tensor between host and device; {@link DeviceTensor#set} and
 * {@link DeviceTensor#get} move the one that they are called on. Results are those of {@link io.deltarule.core.DeltaPlan} and
 * {@link io.deltarule.core.GradientPlan}, whose equations they share.
 *
 * <p>A plan is used by one thread at a time: a concurrent call is refused with {@link IllegalStateException}, as is any call after
 * {@link #close}, those on its tensors included.
 */
public interface ResidentPlan extends AutoCloseable {
    /** What this plan was made for. */
    ResidentSpec spec();

    /**
     * One of the operations.
     *
     * @param index its place in the specification
     */
    ResidentOperation operation(int index);

    /** The first operation, which is the only one of most plans. */
    default ResidentOperation operation() {
        return operation(0);
    }

    /**
     * Says where the sequences of a packed batch end; needed once where there are more sequences than batch rows.
     *
     * @param cuSeqlens [0, end of sequence 0, …, T], N + 1 numbers
     * @throws io.deltarule.core.InvalidInputException if they do not fit the operations' lengths
     */
    void setBoundaries(int... cuSeqlens);

    /**
     * Runs the operations in order.
     *
     * @throws io.deltarule.core.InvalidInputException naming an input that was never set
     * @throws io.deltarule.core.NumericException if a state grew beyond float32, on engines that notice at once; others tell when a result
     *     is got
     * @throws IllegalStateException if the plan is closed or in use by another thread
     */
    void forward();

    /**
     * Runs the backward passes, from the last operation to the first, each from the gradients that were set and those that the operation
     * after it hands on. It takes no outputs of {@link #forward}, which a plan of one operation need not have run.
     *
     * @throws io.deltarule.core.InvalidInputException naming an input that was never set
     * @throws IllegalStateException if the specification asks for no gradients, or operations are linked and the forward pass did not run
     *     on what is set now
     */
    void backward();

    /** Frees the plan's buffers; further calls do nothing. */
    @Override
    void close();
}
