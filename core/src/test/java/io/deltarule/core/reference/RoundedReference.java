package io.deltarule.core.reference;

import io.deltarule.core.Storage;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import java.util.Set;

/**
 * The float64 layer reference with every operation's result rounded: what storing slots so alone costs, however exactly each
 * operation is computed. Log-decays are float32 at least.
 */
public final class RoundedReference {
    private RoundedReference() {}

    /** Makes a plan. */
    public static LayerPlan plan(LayerSpec spec, Storage storage) {
        Set<Slot> decays = SequenceOp.Delta.decays(spec.program());
        return new ReferenceLayerPlan(
                spec.withStorage(Storage.FLOAT32),
                (slot, x) -> decays.contains(slot) ? (float) x : storage.round((float) x));
    }
}
