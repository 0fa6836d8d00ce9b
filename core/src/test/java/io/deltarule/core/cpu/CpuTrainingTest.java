package io.deltarule.core.cpu;

import io.deltarule.core.testkit.RandomPrograms;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.TrainingLaws;
import io.deltarule.core.testkit.TrainingPasses;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingSpec;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of training on the processor. */
class CpuTrainingTest extends TrainingLaws {
    @Override
    protected TrainingEngine engine() {
        return new CpuEngine(2);
    }

    @Override
    protected List<RandomPrograms.Drawn> judged() {
        return TestScope.thinned(RandomPrograms.draw(120), 4);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void threadsChangeNoBit(RandomPrograms.Drawn drawn) {
        TrainingPasses.Pass alone = pass(1, drawn);
        for (int threads : new int[] {2, 3, 7}) {
            alone.equals(threads + " threads", pass(threads, drawn));
        }
    }

    private static TrainingPasses.Pass pass(int threads, RandomPrograms.Drawn drawn) {
        return TrainingPasses.run(
                new CpuEngine(threads), TrainingSpec.of(drawn.spec()), drawn, drawn.inputs(), drawn.cotangents(1));
    }
}
