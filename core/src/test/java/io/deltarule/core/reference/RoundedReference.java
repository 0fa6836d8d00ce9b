package io.deltarule.core.reference;

import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;

/**
 * The float64 layer reference with every operation's result rounded to float32: what storing slots in float32 alone costs,
 * however exactly each operation is computed.
 */
public final class RoundedReference {
    private RoundedReference() {}

    /** Makes a plan. */
    public static LayerPlan plan(LayerSpec spec) {
        return new ReferenceLayerPlan(spec, x -> (float) x);
    }
}
