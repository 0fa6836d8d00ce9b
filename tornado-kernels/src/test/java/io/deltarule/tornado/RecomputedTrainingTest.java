package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a program that is cut into blocks saves on the device, and where it goes on; that its numbers are the same is a law. */
class RecomputedTrainingTest {
    private static final int BLOCKS = 4;
    private static final int OPS = 5; // of a block
    private static final int WIDTH = 6;
    private static final int MIDDLE = 10;
    private static final int TOKENS = 8;

    private final TrainingEngine engine = new TornadoEngine();
    private final LayerCase deep = deep();

    /** Equal blocks, x + W_down SiLU(W_up conv(x)). */
    private static LayerCase deep() {
        List<LayerOp> ops = new ArrayList<>();
        Slot in = new Slot("x", WIDTH);
        Slot x = in;
        for (int i = 0; i < BLOCKS; i++) {
            Slot mixed = new Slot("mixed" + i, WIDTH);
            Slot up = new Slot("up" + i, MIDDLE);
            Slot active = new Slot("active" + i, MIDDLE);
            Slot down = new Slot("down" + i, WIDTH);
            Slot sum = new Slot("sum" + i, WIDTH);
            ops.add(new SequenceOp.ShortConvolution(x, mixed, "taps" + i, null, 3, Activation.IDENTITY));
            ops.add(new MatrixOp.Linear(mixed, up, "up" + i, null));
            ops.add(new ElementwiseOp.Activate(up, active, Activation.SILU, 1));
            ops.add(new MatrixOp.Linear(active, down, "down" + i, null));
            ops.add(new ElementwiseOp.Add(x, down, sum));
            x = sum;
        }
        return new LayerCase("deep", new LayerProgram(List.of(in), List.of(x), ops));
    }

    private TrainingPlan plan(boolean cut) {
        TrainingSpec spec = TrainingSpec.of(deep.spec(TOKENS, 2, 3 * TOKENS).onDevice(TestDevice.id()));
        return engine.trainingPlan(cut ? spec.cutBefore(List.of(OPS, 2 * OPS, 3 * OPS)) : spec);
    }

    /** All but a block's input lies where the other blocks' lies. */
    @Test
    void equalBlocksShareTheirMemory() {
        long block = 3L * WIDTH + 2L * MIDDLE;
        try (TrainingPlan whole = plan(false);
                TrainingPlan cut = plan(true)) {
            long kept = (BLOCKS - 1L) * WIDTH;
            long saved = BLOCKS * block - (block + kept);
            assertEquals(TOKENS * Float.BYTES * saved, whole.bytes() - cut.bytes());
        }
    }

    /** Blocks that are run again leave the states of a run that is gone back over; the next run begins with those of the last one. */
    @Test
    void aRunAfterGoingBackGoesOnWhereTheLastOneEnded() {
        List<Tensor> whole = afterGoingBack(false);
        List<Tensor> cut = afterGoingBack(true);
        assertArrayEquals(whole.getFirst().toArray(), cut.getFirst().toArray());
    }

    private List<Tensor> afterGoingBack(boolean cut) {
        int[] lengths = {5, 3};
        List<Tensor> outputs = deep.outputs(TOKENS);
        try (TrainingPlan plan = plan(cut);
                ParameterArena gradients = new ParameterArena(plan.spec().trained())) {
            plan.forward(lengths, deep.inputs(TOKENS, 1), outputs);
            plan.forward(lengths, deep.inputs(TOKENS, 2), outputs);
            List<Tensor> unwanted = Arrays.asList((Tensor) null);
            List<Tensor> given = List.of(Tensor.zeros(TOKENS, WIDTH).fill(1));
            plan.backward(given, gradients, unwanted);
            plan.backward(given, gradients, unwanted);
            plan.forward(lengths, deep.inputs(TOKENS, 3), outputs);
        }
        return outputs;
    }
}
