package io.deltarule.core.reference;

import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerCases;
import io.deltarule.core.testkit.LayerContinuityLaws;
import java.util.ArrayList;
import java.util.List;

/** The float64 references against numbers worked out by hand and against themselves cut differently. */
class ReferenceLayerTest extends LayerContinuityLaws {
    @Override
    protected LayerEngine engine() {
        return new ReferenceEngine();
    }

    /** The losses too, which only engines that train compute. */
    @Override
    protected List<LayerCase> cases() {
        List<LayerCase> cases = new ArrayList<>(LayerCases.all());
        cases.addAll(LayerCases.losses());
        return cases;
    }

    /** States are float64 in the plan and float32 when saved. */
    @Override
    protected double loadedTolerance() {
        return 2 * 0x1p-24;
    }
}
