package io.deltarule.tornado;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.GradientLaws;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.tornado.delta.ChunkLaunches;
import java.util.ArrayList;
import java.util.List;

/**
 * The laws of every engine's backward, on the emulator or a TornadoVM device. There each plan's 20 to 50 kernels are
 * compiled anew, so one chunk size and one case in halves have to do; {@link TornadoGradientPlanTest} has the others.
 */
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
        return TestDevice.emulated() ? TestScope.thinned(ChunkLaunches.SIZES, 3) : List.of(32);
    }

    @Override
    protected List<Form> forms() {
        return List.of(Form.CHUNK);
    }

    @Override
    protected List<DeltaCase> cases() {
        List<DeltaCase> all = new ArrayList<>(super.cases());
        if (TestDevice.emulated()) {
            all.addAll(DeltaCases.selectiveReads());
        }
        return TestScope.thinned(all, 28);
    }

    @Override
    protected List<DeltaCase> splitCases() {
        return TestDevice.emulated()
                ? TestScope.thinned(super.splitCases(), 28)
                : List.of(DeltaCase.of(Variant.DELTALENS, Gate.SCALAR, 2, 40, 1, 2, 20, 16, 1));
    }
}
