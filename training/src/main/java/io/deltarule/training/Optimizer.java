package io.deltarule.training;

import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Changes weights by their gradients. Everything that it remembers from step to step is in arenas of the weights' layout, so that
 * checkpoints hold it and a run that goes on is the same run. {@link BlockwiseOptimizer} does all but the formula.
 */
public interface Optimizer extends AutoCloseable {
    /**
     * One step.
     *
     * @param weights changed in place
     * @param gradients of the same layout; not modified
     * @param learningRate this step's
     * @param step its number, from 1
     */
    void update(ParameterArena weights, ParameterArena gradients, double learningRate, long step);

    /** What it remembers, by name; zeros before the first step. */
    Map<String, ParameterArena> state();

    @Override
    void close();

    /** Makes an optimiser for some weights. */
    @FunctionalInterface
    interface Factory {
        /**
         * Makes it.
         *
         * @param layout of what is trained
         * @param decayed on which weights decay acts
         * @return to be closed by the caller
         */
        Optimizer of(ParameterLayout layout, Predicate<String> decayed);
    }
}
