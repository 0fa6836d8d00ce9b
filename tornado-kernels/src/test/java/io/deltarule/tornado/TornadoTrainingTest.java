package io.deltarule.tornado;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.testkit.RandomPrograms;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.TrainingLaws;
import io.deltarule.core.training.TrainingEngine;
import java.util.List;
import java.util.stream.LongStream;

/** The laws of training on TornadoVM's device, or on the emulator, on programs of the operations that the engine goes back over. */
class TornadoTrainingTest extends TrainingLaws {
    private static final int SEEDS = Integer.getInteger("seeds", 48);

    @Override
    protected TrainingEngine engine() {
        return new TornadoEngine();
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    /** The least that kernels take. */
    @Override
    protected int chunkSize() {
        return 16;
    }

    @Override
    protected boolean recomputes() {
        return false;
    }

    @Override
    protected List<RandomPrograms.Drawn> programs() {
        return TestScope.thinned(
                LongStream.range(0, SEEDS)
                        .mapToObj(RandomPrograms::ofSeed)
                        .filter(drawn -> drawn.c().program().ops().stream().noneMatch(TornadoTrainingTest::isRefused))
                        .toList(),
                4);
    }

    private static boolean isRefused(LayerOp op) {
        return op instanceof MatrixOp.Experts
                || op instanceof SequenceOp.Attention
                || op instanceof PositionOp.Rotary
                || op instanceof PositionOp.SelectiveRotary;
    }
}
