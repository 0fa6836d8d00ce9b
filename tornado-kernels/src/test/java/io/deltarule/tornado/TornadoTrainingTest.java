package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerCases;
import io.deltarule.core.testkit.RandomPrograms;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.TrainingLaws;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The laws of training on TornadoVM's device, or on the emulator, on programs of the operations that the engine goes back over. */
class TornadoTrainingTest extends TrainingLaws {
    private static final int SEEDS = Integer.getInteger("seeds", 6);

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

    /** A few that are small: one that carries a state, one with a loss, and three runs of several operations. */
    @Override
    protected List<RandomPrograms.Drawn> programs() {
        return List.of(
                chained(LayerCases.delta().get(1)), chained(LayerCases.losses().getLast()), RandomPrograms.ofSeed(3));
    }

    /** Every operation by itself, and drawn programs of several. */
    @Override
    protected List<RandomPrograms.Drawn> judged() {
        List<RandomPrograms.Drawn> all = new ArrayList<>();
        for (List<LayerCase> cases : List.of(
                LayerCases.stateless(),
                LayerCases.experts(),
                LayerCases.losses(),
                LayerCases.carrying(),
                LayerCases.delta(),
                LayerCases.deltaLens())) {
            cases.forEach(c -> all.add(chained(c)));
        }
        all.add(new RandomPrograms.Drawn(wideExperts(), new int[][] {{70, 21}}, 8));
        LayerCases.levels().forEach(c -> all.add(levels(c)));
        all.addAll(RandomPrograms.draw(SEEDS));
        all.removeIf(drawn -> drawn.c().program().ops().stream().anyMatch(TornadoTrainingTest::isRefused));
        return TestScope.thinned(all, 4);
    }

    /** It would lie in two arrays, of which an optimiser would change one. */
    @Test
    void anExpertsWeightThatAnotherOperationUsesIsRefusedByName() {
        Slot x = new Slot("x", 5);
        Slot z = new Slot("z", 3);
        MatrixOp.Experts.Routing routing = new MatrixOp.Experts.Routing(2, false, null, true, 1);
        MatrixOp.Experts experts = new MatrixOp.Experts(x, z, new Slot("y", 4), routing, "experts.", 6);
        LayerCase c = new LayerCase(
                "shared",
                new LayerProgram(
                        List.of(x, z),
                        List.of(new Slot("y", 4), new Slot("gate", 6)),
                        List.of(experts, new MatrixOp.Linear(x, new Slot("gate", 6), experts.gate(1), null))));
        TrainingSpec spec = TrainingSpec.of(c.spec(4, 1, 4).onDevice(TestDevice.id()));
        String message = assertThrows(InvalidInputException.class, () -> engine().trainingPlan(spec))
                .getMessage();
        assertTrue(message.contains(experts.gate(1)), message);
    }

    /** Every side of a product is longer than a tile, and an expert has more rows than one. */
    private static LayerCase wideExperts() {
        MatrixOp.Experts.Routing routing = new MatrixOp.Experts.Routing(2, false, null, true, 1);
        return LayerCases.one(
                "wide experts",
                new MatrixOp.Experts(new Slot("x", 70), new Slot("z", 3), new Slot("y", 67), routing, "experts.", 77));
    }

    /** Runs after several numbers of tokens; a sequence rests in the last one, and one begins there. */
    private static RandomPrograms.Drawn levels(LayerCase c) {
        return new RandomPrograms.Drawn(c, new int[][] {{5, 3, 0}, {3, 1, 0}, {0, 4, 2}}, 8);
    }

    private static RandomPrograms.Drawn chained(LayerCase c) {
        return new RandomPrograms.Drawn(c, new int[][] {{5, 3}, {2, 4}}, 8);
    }

    private static boolean isRefused(LayerOp op) {
        return op instanceof PositionOp.SelectiveRotary r && r.temperature() != null;
    }
}
