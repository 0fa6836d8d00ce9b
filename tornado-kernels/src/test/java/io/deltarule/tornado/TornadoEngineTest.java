package io.deltarule.tornado;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Form;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.EngineLaws;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.tornado.delta.ChunkLaunches;
import java.util.ArrayList;
import java.util.List;

/** The laws of every engine, on the emulator or a TornadoVM device; shapes that models have only on the latter. */
class TornadoEngineTest extends EngineLaws {
    @Override
    protected DeltaEngine engine() {
        return new TornadoEngine();
    }

    /** The engine's own choice is chunks but for single tokens. */
    @Override
    protected List<Form> forms() {
        return List.of(Form.RECURRENT, Form.AUTO);
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    @Override
    protected List<Integer> chunkSizes() {
        return TestScope.thinned(ChunkLaunches.SIZES, 3);
    }

    @Override
    protected List<DeltaCase> cases() {
        List<DeltaCase> cases = new ArrayList<>(super.cases());
        if (!TestDevice.emulated()) {
            cases.addAll(DeltaCases.large());
        }
        return TestScope.thinned(cases, 12);
    }

    @Override
    protected List<DeltaCase> splitCases() {
        return TestScope.thinned(super.splitCases(), 12);
    }
}
