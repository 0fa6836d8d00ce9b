package io.deltarule.core.resident;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;

/** An engine that runs operations whose tensors stay where it computes. */
public interface ResidentEngine extends DeltaEngine {
    /**
     * Makes a plan for operations on tensors that stay.
     *
     * @param spec what for
     * @return a plan that the caller closes
     * @throws InvalidInputException if this engine does not do what the specification asks
     * @throws io.deltarule.core.EngineUnavailableException if the engine or the named device is not here
     */
    ResidentPlan residentPlan(ResidentSpec spec);

    /**
     * An engine, as one whose tensors stay.
     *
     * @param engine however it was chosen
     * @return itself
     * @throws InvalidInputException if it takes all tensors anew in each run
     */
    static ResidentEngine of(DeltaEngine engine) {
        if (engine instanceof ResidentEngine able) {
            return able;
        }
        throw new InvalidInputException("engine " + engine.name()
                + ": expected one whose tensors stay where it computes but it takes them anew in each run; use engine"
                + " reference, cpu or tornado");
    }
}
