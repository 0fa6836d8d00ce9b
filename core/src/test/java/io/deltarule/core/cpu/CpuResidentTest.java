package io.deltarule.core.cpu;

import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.testkit.ResidentLaws;

class CpuResidentTest extends ResidentLaws {
    @Override
    protected ResidentEngine engine() {
        return new CpuEngine();
    }

    @Override
    protected String device() {
        return null;
    }
}
