package io.deltarule.tornado;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Form;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.GradientLaws;
import java.util.ArrayList;
import java.util.List;

/** The laws of every engine's backward, on the emulator or a TornadoVM device; larger shapes only on the latter. */
class TornadoGradientTest extends GradientLaws {
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
        return ChunkLaunches.SIZES;
    }

    @Override
    protected List<Form> forms() {
        return List.of(Form.CHUNK);
    }

    @Override
    protected List<DeltaCase> cases() {
        List<DeltaCase> cases = new ArrayList<>(super.cases());
        if (!TestDevice.emulated()) {
            cases.addAll(DeltaCases.selectiveReads());
        }
        return cases;
    }
}
