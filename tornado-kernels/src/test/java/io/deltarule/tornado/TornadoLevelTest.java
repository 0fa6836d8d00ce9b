package io.deltarule.tornado;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.testkit.LevelLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.List;

/** The laws of log-linear states, on the emulator or a TornadoVM device. */
class TornadoLevelTest extends LevelLaws {
    @Override
    protected DeltaEngine engine() {
        return new TornadoEngine();
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    @Override
    protected List<Integer> chunkSizes() {
        return TestDevice.emulated() ? TestScope.thinned(super.chunkSizes(), 3) : List.of(32);
    }
}
