package io.deltarule.core.cpu;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.testkit.LevelLaws;

class CpuLevelTest extends LevelLaws {
    @Override
    protected DeltaEngine engine() {
        return new CpuEngine(3);
    }
}
