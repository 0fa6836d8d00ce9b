package io.deltarule.tornado;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Form;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.LevelLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.List;

/**
 * The laws of log-linear states, on the emulator or a TornadoVM device. There each plan's kernels are compiled anew, so a part of
 * what only cuts differently has to do.
 */
class TornadoLevelTest extends LevelLaws {
    @Override
    protected DeltaEngine engine() {
        return new TornadoEngine();
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    /** The engine's own choice is chunks but for single tokens. */
    @Override
    protected List<Form> forms() {
        return List.of(Form.RECURRENT, Form.CHUNK);
    }

    @Override
    protected List<Integer> chunkSizes() {
        return TestDevice.emulated() ? TestScope.thinned(super.chunkSizes(), 3) : List.of(32);
    }

    @Override
    protected List<Integer> splits() {
        return TestDevice.emulated() ? TestScope.thinned(super.splits(), 4) : List.of(13);
    }

    @Override
    protected List<Integer> lengths() {
        return TestDevice.emulated() ? super.lengths() : List.of(1, 33);
    }

    @Override
    protected List<DeltaCase> parentCases() {
        return TestDevice.emulated() ? TestScope.thinned(super.parentCases(), 6) : List.of(cases().get(5));
    }

    @Override
    protected List<DeltaCase> cases() {
        return TestScope.thinned(super.cases(), 4);
    }
}
