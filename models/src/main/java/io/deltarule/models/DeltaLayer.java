package io.deltarule.models;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import java.util.Map;

/**
 * A layer with a delta-rule state. It has three parts, so that {@link DeltaLensLayer} can add a second read in the middle:
 * what makes the delta rule's inputs, the delta rule itself, and what makes the layer's output of the read-out.
 */
public sealed interface DeltaLayer extends Layer
        permits DeltaNetLayer, GatedDeltaNetLayer, KdaLayer, GatedDeltaProductLayer {
    /** Head counts and sizes. */
    DeltaConfig config();

    /** Which member of the family it is. */
    Variant variant();

    /** The log-decay's width. */
    Gate gate();

    /** Micro-steps per token, 1 but for DeltaProduct. */
    default int householders() {
        return 1;
    }

    /**
     * Adds what makes the delta rule's inputs.
     *
     * @param to takes the operations
     * @param x the layer's input
     * @return a slot per input of the variant
     */
    Map<Input, Slot> inputs(ProgramBuilder to, Slot x);

    /**
     * Adds what makes the layer's output of the read-out.
     *
     * @param to takes the operations
     * @param x the layer's input
     * @param read the read-out, HV·V wide
     * @return the output
     */
    Slot output(ProgramBuilder to, Slot x, Slot read);

    @Override
    default int hidden() {
        return config().hidden();
    }

    /** The operation's lengths. */
    default DeltaShape shape(boolean crossRead) {
        DeltaConfig c = config();
        return new DeltaShape(
                1, 1, c.heads(), c.valueHeads(), c.headK(), c.headV(), householders(), 1, gate(), crossRead);
    }

    /** What the linear read-out is multiplied by, K^(−1/2). */
    default double scale() {
        return 1 / Math.sqrt(config().headK());
    }

    @Override
    default Slot wire(ProgramBuilder to, Slot x) {
        Slot o = to.slot("o", config().valueWidth());
        to.add(new SequenceOp.Delta(variant(), shape(false), inputs(to, x), o, null, scale()));
        return output(to, x, o);
    }
}
