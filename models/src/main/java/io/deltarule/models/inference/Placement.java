package io.deltarule.models.inference;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Storage;

/**
 * Where a model runs.
 *
 * @param engine can run here
 * @param device one of the engine's, or null for its own choice
 * @param storage in what numbers activations are kept, and weights that are not kept as their file has them
 */
public record Placement(DeltaEngine engine, String device, Storage storage) {
    /** In float32. */
    public Placement(DeltaEngine engine, String device) {
        this(engine, device, Storage.FLOAT32);
    }
}
