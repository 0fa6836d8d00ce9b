package io.deltarule.models;

import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerLaws;
import java.util.List;

/** Every layer and hybrid on the CPU engine: float64, prefill equals decode equals any split, saved states. */
class CpuModelTest extends LayerLaws {
    @Override
    protected LayerEngine engine() {
        return new CpuEngine(2);
    }

    @Override
    protected List<LayerCase> cases() {
        return ModelCases.all();
    }
}
