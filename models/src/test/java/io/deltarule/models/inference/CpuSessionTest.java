package io.deltarule.models.inference;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.cpu.CpuEngine;

/** Sessions on the CPU: a copied state goes on bit for bit. */
class CpuSessionTest extends SessionLaws {
    @Override
    protected DeltaEngine engine() {
        return new CpuEngine(2);
    }

    @Override
    protected double copyTolerance() {
        return 0;
    }
}
