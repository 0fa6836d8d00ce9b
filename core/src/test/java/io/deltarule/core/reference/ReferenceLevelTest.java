package io.deltarule.core.reference;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.testkit.LevelLaws;

class ReferenceLevelTest extends LevelLaws {
    @Override
    protected DeltaEngine engine() {
        return new ReferenceEngine();
    }
}
