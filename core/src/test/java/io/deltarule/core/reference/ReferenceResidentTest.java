package io.deltarule.core.reference;

import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.testkit.ResidentLaws;

class ReferenceResidentTest extends ResidentLaws {
    @Override
    protected ResidentEngine engine() {
        return new ReferenceEngine();
    }

    @Override
    protected String device() {
        return null;
    }
}
