package io.deltarule.core.reference;

import io.deltarule.core.testkit.RandomPrograms;
import io.deltarule.core.testkit.TrainingLaws;
import io.deltarule.core.training.TrainingEngine;
import java.util.List;

/** The laws of training on the float64 reference: what differs at all differs by the rounding of its float32 results. */
class ReferenceTrainingTest extends TrainingLaws {
    @Override
    protected TrainingEngine engine() {
        return new ReferenceEngine();
    }

    /** Against itself there is nothing to judge but that it computes the same twice. */
    @Override
    protected List<RandomPrograms.Drawn> judged() {
        return programs().subList(0, 2);
    }

    @Override
    protected double referenceTolerance() {
        return 0;
    }

    @Override
    protected double forwardTolerance() {
        return 0;
    }

    @Override
    protected double reorderedTolerance() {
        return 4 * 0x1p-24;
    }
}
