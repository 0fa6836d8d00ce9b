package io.deltarule.core.training;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerEngine;
import java.util.Optional;
import java.util.function.Predicate;

/** An engine that runs whole programs backward too. */
public interface TrainingEngine extends LayerEngine {
    /**
     * Makes a plan for a whole layer or model forward and backward.
     *
     * @param spec program, weights, what is trained
     * @return a plan that the caller closes
     * @throws InvalidInputException if this engine does not do what the specification asks
     */
    TrainingPlan trainingPlan(TrainingSpec spec);

    /**
     * Makes one that takes the optimiser's steps too, where what is trained stays on a device.
     *
     * @param spec program, weights, what is trained
     * @param decayed on which weights decay acts
     * @return empty if weights are in the engine's reach where the caller has them
     * @throws InvalidInputException if this engine does not do what the specification asks
     */
    default Optional<ResidentTrainingPlan> residentTrainingPlan(TrainingSpec spec, Predicate<String> decayed) {
        return Optional.empty();
    }

    /**
     * An engine, as one that trains.
     *
     * @param engine however it was chosen
     * @return itself
     * @throws InvalidInputException if it only runs layers
     */
    static TrainingEngine of(DeltaEngine engine) {
        if (engine instanceof TrainingEngine able) {
            return able;
        }
        throw new InvalidInputException("engine " + engine.name()
                + ": expected one that trains layers but it does not; use engine cpu, tornado or reference");
    }
}
