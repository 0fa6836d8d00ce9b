package io.deltarule.core;

/**
 * One specialised operation of one engine, made once and run many times. It owns its buffers and is closed.
 *
 * <p>A plan computes, for every sequence and value head, the recurrence of {@link io.deltarule.core} over the given
 * tokens. By default each run starts from the inputs' initial state (zeros if none). A plan that
 * {@linkplain PlanSpec#keepsState keeps its state} starts from zeros once and from then on where its last run ended;
 * the state stays on the device.
 *
 * <p>A plan is used by one thread at a time: a concurrent call is refused with {@link IllegalStateException}, as is any
 * call after {@link #close}.
 */
public interface DeltaPlan extends AutoCloseable {
    /** What this plan was made for. */
    PlanSpec spec();

    /**
     * Runs the operation.
     *
     * @param in tensors as in {@link DeltaInputs}; not modified
     * @param out overwritten entirely
     * @throws InvalidInputException if a tensor does not fit the plan; nothing was computed
     * @throws IllegalStateException if the plan is closed or in use by another thread
     */
    void run(DeltaInputs in, DeltaOutputs out);

    /**
     * Runs the operation into new tensors.
     *
     * @param in tensors as in {@link DeltaInputs}
     * @return o and the final state
     */
    default DeltaOutputs run(DeltaInputs in) {
        DeltaOutputs out = DeltaOutputs.poisoned(spec().admit(in));
        run(in, out);
        return out;
    }

    /**
     * Sets the kept state.
     *
     * @param state [N, HV, K, V], or null for zeros
     * @throws InvalidInputException if the states are log-linear and not null: give their positions too
     * @throws IllegalStateException if this plan does not keep its state
     */
    void loadState(Tensor state);

    /**
     * Sets the kept state of sequences that have had tokens, as log-linear states have to know: without their positions they mean
     * nothing.
     *
     * @param state [N, HV, K, V], or [N, HV, L, K, V]
     * @param positions tokens that each of the N sequences has had
     * @throws InvalidInputException if the levels do not reach a position
     * @throws IllegalStateException if this plan does not keep its state
     */
    void loadState(Tensor state, int[] positions);

    /**
     * How many tokens each sequence has had since its state was zero, or was loaded, then on from what was given.
     *
     * @throws IllegalStateException if this plan does not keep its state
     */
    int[] positions();

    /**
     * Copies the kept state out.
     *
     * @param state [N, HV, K, V], overwritten
     * @throws IllegalStateException if this plan does not keep its state
     */
    void saveState(Tensor state);

    /** Frees the plan's buffers; further calls do nothing. */
    @Override
    void close();
}
