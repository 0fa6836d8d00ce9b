package io.deltarule.core.layer;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/** An engine that runs layers and models as well as the delta rule alone. */
public interface LayerEngine extends DeltaEngine {
    /**
     * Makes a plan for a whole layer or model.
     *
     * @param spec program, weights, capacities
     * @return a plan that the caller closes
     * @throws InvalidInputException if this engine does not do what the specification asks
     * @throws io.deltarule.core.EngineUnavailableException if the engine or the named device is not here
     */
    LayerPlan plan(LayerSpec spec);

    /**
     * Makes plans for programs with the same weights, such as a model's body and head. An engine that copies weights to a device
     * copies those of one name once; one thread at a time then uses the plans, all of them together.
     *
     * @param specs programs with one set of weights and on one device, at least one
     * @return their plans, each of which the caller closes
     * @throws InvalidInputException if this engine does not do what a specification asks; no plan is left open
     * @throws io.deltarule.core.EngineUnavailableException if the engine or the named device is not here
     */
    default List<LayerPlan> plans(List<LayerSpec> specs) {
        List<LayerPlan> plans = new ArrayList<>();
        try {
            specs.forEach(spec -> plans.add(plan(spec)));
        } catch (RuntimeException | Error e) {
            plans.forEach(LayerPlan::close);
            throw e;
        }
        return plans;
    }

    /**
     * Says that plans will be made soon, for example while a model's weights are looked for. What takes a while and can go on
     * in the background may begin. Does nothing unless an engine has such work.
     */
    default void prepare() {}

    /**
     * An engine, as one that runs layers.
     *
     * @param engine however it was chosen
     * @return itself
     * @throws InvalidInputException if it runs the delta rule alone
     */
    static LayerEngine of(DeltaEngine engine) {
        if (engine instanceof LayerEngine able) {
            return able;
        }
        throw new InvalidInputException(
                "engine " + engine.name()
                        + ": expected one that runs layers but it runs the delta rule alone; use engine reference, cpu or tornado");
    }
}
