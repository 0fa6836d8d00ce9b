package io.deltarule.core.cpu;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.EngineLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.ArrayList;
import java.util.List;

/** The laws of every engine, on models' sizes too, with more threads than this machine may have. */
class CpuEngineTest extends EngineLaws {
    @Override
    protected DeltaEngine engine() {
        return new CpuEngine(3);
    }

    @Override
    protected List<Integer> chunkSizes() {
        return List.of(16, 1, 24, 32, 64, 100, 128);
    }

    @Override
    protected List<DeltaCase> cases() {
        List<DeltaCase> all = new ArrayList<>(super.cases());
        all.addAll(DeltaCases.selectiveReads());
        all.addAll(TestScope.unlessQuick(DeltaCases.large()));
        return all;
    }
}
