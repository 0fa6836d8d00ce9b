package io.deltarule.core;

/**
 * The backward pass of one operation of one engine, made once and run many times. It owns its buffers and is closed.
 *
 * <p>Given the operation's inputs and the gradients of a loss with respect to its outputs, a run computes the gradients
 * with respect to all inputs. It takes no outputs of an earlier forward pass: the states it needs are computed again, so
 * that no S_t is stored per token. With R_t the gradient of S_t, each token of the recurrence of
 * {@link io.deltarule.core}, from the last to the first, gives
 *
 * <pre>
 *   R_t  = R + scale · q_t do_tᵀ           R from the token after; the final state's gradient for the last
 *   dq_t = scale · S_t do_t                dk_t = R_t p_t        du_t = dp_t = R_tᵀ k_t        de_t = −S' dp_t
 *   dS'  = R_t − e_t dp_tᵀ                 dg_t = Σ_v dS' ⊙ S'   R    = diag(exp g_t) dS'
 * </pre>
 *
 * followed by the chain rule of the variant's e and u. {@link Form#RECURRENT} is this, token by token;
 * {@link Form#CHUNK} the same numbers chunk by chunk, which {@link Form#AUTO} is too on engines that have chunks alone. The equations, those of the selective read included, are in
 * docs/math/backward.md; source: Yang et al. 2024, arXiv:2406.06484, section 3.
 *
 * <p>Each run stands for itself, so the specification must not ask for a {@linkplain PlanSpec#keepsState kept state}.
 * Sequences without tokens have no gradient but d_initial_state = d_final_state.
 *
 * <p>A plan is used by one thread at a time: a concurrent call is refused with {@link IllegalStateException}, as is any
 * call after {@link #close}.
 */
public interface GradientPlan extends AutoCloseable {
    /** What this plan was made for; its shape is that of the operation, its tokens and sequences are capacities. */
    PlanSpec spec();

    /**
     * Runs the backward pass.
     *
     * @param in the operation's tensors as in {@link DeltaInputs}; not modified
     * @param given gradients of the outputs; not modified
     * @param out overwritten entirely; shares no memory with the others
     * @throws InvalidInputException if a tensor does not fit the plan; nothing was computed
     * @throws IllegalStateException if the plan is closed or in use by another thread
     */
    void run(DeltaInputs in, DeltaCotangents given, DeltaGradients out);

    /**
     * Runs the backward pass into new tensors.
     *
     * @param in the operation's tensors
     * @param given gradients of the outputs
     * @return gradients of all inputs and of the initial state
     */
    default DeltaGradients run(DeltaInputs in, DeltaCotangents given) {
        DeltaGradients out = DeltaGradients.poisoned(in, spec().admit(in));
        run(in, given, out);
        return out;
    }

    /** Frees the plan's buffers; further calls do nothing. */
    @Override
    void close();
}
