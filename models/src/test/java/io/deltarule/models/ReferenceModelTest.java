package io.deltarule.models;

import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerContinuityLaws;
import java.util.List;

/** Every layer and hybrid in float64: prefill equals decode equals any split, saved states. */
class ReferenceModelTest extends LayerContinuityLaws {
    @Override
    protected LayerEngine engine() {
        return new ReferenceEngine();
    }

    @Override
    protected List<LayerCase> cases() {
        return ModelCases.all();
    }

    @Override
    protected double loadedTolerance() {
        return 16 * 0x1p-24;
    }
}
