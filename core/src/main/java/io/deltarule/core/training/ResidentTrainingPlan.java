package io.deltarule.core.training;

import io.deltarule.core.Tensor;
import java.util.List;

/**
 * A training plan that takes Adam's steps too, so that weights, gradients and moments stay on its device. Between {@link #load} and
 * {@link #store} the numbers there count, and those of the host are old.
 *
 * <pre>
 *   load;  for each step:  clearGradients;  forward, backwardInPlace for each batch;  gradientNorm;  update;  store where wanted
 * </pre>
 */
public interface ResidentTrainingPlan extends TrainingPlan {
    /**
     * Takes over weights and moments.
     *
     * @param weights of the layout that is trained, as the next two
     * @param m the gradients' mean
     * @param v that of their squares
     */
    void load(ParameterArena weights, ParameterArena m, ParameterArena v);

    /** Hands out weights and moments. */
    void store(ParameterArena weights, ParameterArena m, ParameterArena v);

    /** Sets the gradients to zero. */
    void clearGradients();

    /**
     * Goes back over the last run that is remembered, and adds to the gradients where they are.
     *
     * @param outputGradients as for {@link #backward}
     */
    void backwardInPlace(List<Tensor> outputGradients);

    /** The length of all gradients together; infinite or NaN where a gradient is, or its square. */
    double gradientNorm();

    /** Hands out the gradients. */
    void storeGradients(ParameterArena gradients);

    /** Changes the weights by the gradients. */
    void update(AdamStep step);
}
