package io.deltarule.models;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import java.util.List;

/** A part of a model, from one row per token to another. */
public interface Layer {
    /** How wide its input and its output are. */
    int hidden();

    /**
     * Adds its operations.
     *
     * @param to takes the operations; its prefix goes before the names of the layer's slots and weights
     * @param x the input, {@link #hidden} wide
     * @return the output, as wide
     */
    Slot wire(ProgramBuilder to, Slot x);

    /**
     * The layer on its own.
     *
     * @param prefix goes before its weights' names, for example {@code model.layers.0.attn.}
     * @return a program from slot x to the layer's output
     */
    default LayerProgram program(String prefix) {
        Slot x = new Slot("x", hidden());
        ProgramBuilder wiring = new ProgramBuilder(prefix);
        Slot y = wire(wiring, x);
        return new LayerProgram(List.of(x), List.of(y), wiring.ops());
    }
}
