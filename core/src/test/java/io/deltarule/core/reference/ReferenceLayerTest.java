package io.deltarule.core.reference;

import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.testkit.LayerContinuityLaws;

/** The float64 references against numbers worked out by hand and against themselves cut differently. */
class ReferenceLayerTest extends LayerContinuityLaws {
    @Override
    protected LayerEngine engine() {
        return new ReferenceEngine();
    }

    /** States are float64 in the plan and float32 when saved. */
    @Override
    protected double loadedTolerance() {
        return 2 * 0x1p-24;
    }
}
