package io.deltarule.core.resident;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;

/** The tensors of one operation of a {@link ResidentPlan}. Asking for one that the operation does not have is refused. */
public interface ResidentOperation {
    /** What it was made for; its runs have exactly these lengths. */
    PlanSpec spec();

    /** An input, to be set; one that another operation's output is linked to is not. */
    DeviceTensor input(Input input);

    /**
     * The state before the first token [N, HV, K, V], zeros unless it is set. An operation that {@linkplain PlanSpec#keepsState keeps its
     * state} begins there once, and then where its last run ended. Log-linear operations have none to set.
     */
    DeviceTensor initialState();

    /** An output, to be got after {@link ResidentPlan#forward}. */
    DeviceTensor output(Output output);

    /** The loss's gradient with respect to an output, to be set; zeros unless it is. */
    DeviceTensor gradient(Output output);

    /** The loss's gradient with respect to an input, in that input's shape, to be got after {@link ResidentPlan#backward}. */
    DeviceTensor gradient(Input input);

    /** The loss's gradient with respect to the initial state [N, HV, K, V], likewise. */
    DeviceTensor initialStateGradient();
}
