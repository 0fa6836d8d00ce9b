package io.deltarule.core.cpu;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Form;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.GradientLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.ArrayList;
import java.util.List;

/** The laws of every backward pass, on models' sizes too, with more threads than this machine may have. */
class CpuGradientTest extends GradientLaws {
    @Override
    protected DeltaEngine engine() {
        return new CpuEngine(3);
    }

    @Override
    protected List<Integer> chunkSizes() {
        return List.of(16, 1, 24, 64, 100);
    }

    @Override
    protected List<Form> forms() {
        return List.of(Form.CHUNK);
    }

    @Override
    protected List<DeltaCase> cases() {
        List<DeltaCase> all = new ArrayList<>(super.cases());
        all.addAll(DeltaCases.selectiveReads());
        all.addAll(TestScope.unlessQuick(DeltaCases.large()));
        return TestScope.thinned(all, 3);
    }
}
