package io.deltarule.models.inference;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.reference.ReferenceEngine;

/** Sessions in float64, whose states are rounded to float32 when they are copied. */
class ReferenceSessionTest extends SessionLaws {
    @Override
    protected DeltaEngine engine() {
        return new ReferenceEngine();
    }

    @Override
    protected double copyTolerance() {
        return 16 * 0x1p-24;
    }
}
