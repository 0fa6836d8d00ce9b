package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Engines;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.training.AdamStep;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.core.training.ResidentTrainingPlan;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of an optimiser on the device against the same steps by hand, with the gradients that another engine finds. */
class ResidentTrainingTest {
    private static final Slot IDS = new Slot("ids", 1);
    private static final Slot LABELS = new Slot("labels", 1);
    private static final Slot ROWS = new Slot("rows", 5);
    private static final Slot HIDDEN = new Slot("hidden", 6);
    private static final Slot LOSS = new Slot("loss", 1);
    private static final int TOKENS = 7;

    /** The table serves twice: rows are looked up in it, and it is the head, which is what tied embeddings are. */
    private static final LayerCase TIED = new LayerCase(
            "tied",
            new LayerProgram(
                    List.of(IDS, LABELS),
                    List.of(LOSS),
                    List.of(
                            new MatrixOp.Embedding(IDS, ROWS, "table", 9),
                            new MatrixOp.Linear(ROWS, HIDDEN, "up", "bias"),
                            new MatrixOp.Linear(HIDDEN, new Slot("out", 5), "down", null),
                            new MatrixOp.CrossEntropy(new Slot("out", 5), LABELS, LOSS, "table", null, 9))));

    /** The weights of a mixture's experts, which lie in one array; one of them is frozen, and one does not decay. */
    private static final LayerCase EXPERTS = new LayerCase(
            "experts",
            new LayerProgram(
                    List.of(IDS, LABELS),
                    List.of(LOSS),
                    List.of(
                            new MatrixOp.Embedding(IDS, ROWS, "table", 9),
                            new MatrixOp.Linear(ROWS, new Slot("scores", 4), "router", null),
                            new MatrixOp.Experts(
                                    ROWS,
                                    new Slot("scores", 4),
                                    HIDDEN,
                                    new MatrixOp.Experts.Routing(2, false, null, true, 1),
                                    "experts.",
                                    3),
                            new MatrixOp.CrossEntropy(HIDDEN, LABELS, LOSS, "head", "bias", 9))));

    private static final String FROZEN = "experts.1.up_proj.weight";

    private static final Tensor IDS_GIVEN = Tensor.of(new float[] {3, 1, 3, 8, 0, 3, 1}, TOKENS, 1);
    private static final Tensor LABELS_GIVEN = Tensor.of(new float[] {1, -1, 8, 0, 3, 1, 2}, TOKENS, 1);

    private static TrainingSpec spec(LayerCase c, ParameterLayout layout, Weights weights, String device) {
        LayerSpec layer = LayerSpec.of(c.program(), weights, TOKENS, 2, TOKENS).onDevice(device);
        return new TrainingSpec(layer, layout, List.of());
    }

    private static ParameterLayout trained(LayerCase c) {
        Map<String, int[]> weights = new TreeMap<>(c.program().weights());
        weights.remove(FROZEN);
        return new ParameterLayout(weights);
    }

    static List<LayerCase> cases() {
        return List.of(TIED, EXPERTS);
    }

    private static AdamStep step(int number) {
        double rate = 0.05 / (1 - Math.pow(0.9, number));
        double root = 1 / Math.sqrt(1 - Math.pow(0.95, number));
        return new AdamStep(0.9f, 0.1f, 0.95f, 0.05f, (float) rate, (float) root, 1e-8f, 0.99f, 0.5f);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsOnTheDeviceAreThoseByHand(LayerCase c) {
        ParameterLayout layout = trained(c);
        try (ParameterArena weights = new ParameterArena(layout);
                ParameterArena m = new ParameterArena(layout);
                ParameterArena v = new ParameterArena(layout);
                ParameterArena gradients = new ParameterArena(layout);
                ParameterArena found = new ParameterArena(layout);
                ParameterArena foundM = new ParameterArena(layout);
                ParameterArena foundV = new ParameterArena(layout)) {
            weights.copyFrom(c.weights());
            found.copyFrom(c.weights());
            Weights views = weights.weights(c.weights());
            TrainingEngine tornado = new TornadoEngine();
            TrainingEngine oracle = TrainingEngine.of(Engines.named("reference"));
            try (TrainingPlan byHand = oracle.trainingPlan(spec(c, layout, views, null));
                    ResidentTrainingPlan plan = tornado.residentTrainingPlan(
                                    spec(c, layout, views, TestDevice.id()), ResidentTrainingTest::decays)
                            .orElseThrow()) {
                assertThrows(IllegalStateException.class, () -> forward(plan));
                plan.reset();
                plan.load(found, foundM, foundV);
                for (int number = 1; number <= 3; number++) {
                    gradients.clear();
                    plan.clearGradients();
                    for (int batch = 0; batch < 2; batch++) { // gradients of both add up
                        Tensor share = Tensor.zeros(TOKENS, 1).fill(0.1f * (batch + 1));
                        byHand.reset();
                        plan.reset();
                        Tensor expected = forward(byHand);
                        Tensor losses = forward(plan);
                        for (int i = 0; i < TOKENS; i++) {
                            assertEquals(expected.get(i), losses.get(i), 1e-4, "loss of step " + number);
                        }
                        byHand.backward(List.of(share), gradients, Arrays.asList(null, null));
                        plan.backwardInPlace(List.of(share));
                    }
                    plan.storeGradients(found);
                    within("gradients of step " + number, gradients, found, 1e-4);
                    assertEquals(norm(gradients), plan.gradientNorm(), 1e-4 * norm(gradients));
                    plan.update(step(number));
                    adam(step(number), weights, gradients, m, v);
                }
                plan.store(found, foundM, foundV);
                within("weights", weights, found, 1e-4);
                within("means", m, foundM, 1e-4);
                within("squares", v, foundV, 1e-4);
            }
        }
    }

    private static boolean decays(String name) {
        return !name.equals("bias") && !name.equals("experts.2.gate_proj.weight");
    }

    private static Tensor forward(TrainingPlan plan) {
        Tensor losses = Tensor.zeros(TOKENS, 1).fill(Float.NaN);
        plan.forward(new int[] {4, 3}, List.of(IDS_GIVEN, LABELS_GIVEN), List.of(losses));
        return losses;
    }

    private static void adam(
            AdamStep step, ParameterArena weights, ParameterArena gradients, ParameterArena m, ParameterArena v) {
        for (ParameterLayout.Entry entry : weights.layout().entries()) {
            Tensor w = weights.tensor(entry.name());
            for (long i = 0; i < w.size(); i++) {
                double g = step.clip() * gradients.tensor(entry.name()).get(i);
                double mean = step.beta1() * m.tensor(entry.name()).get(i) + step.rest1() * g;
                double square = step.beta2() * v.tensor(entry.name()).get(i) + step.rest2() * g * g;
                m.tensor(entry.name()).set(i, (float) mean);
                v.tensor(entry.name()).set(i, (float) square);
                double keep = decays(entry.name()) ? step.keep() : 1;
                double change = step.rate() * mean / (Math.sqrt(square) * step.root() + step.epsilon());
                w.set(i, (float) (keep * w.get(i) - change));
            }
        }
    }

    private static double norm(ParameterArena arena) {
        double sum = 0;
        for (ParameterLayout.Entry entry : arena.layout().entries()) {
            for (float number : arena.tensor(entry.name()).toArray()) {
                sum += (double) number * number;
            }
        }
        return Math.sqrt(sum);
    }

    private static void within(String what, ParameterArena expected, ParameterArena found, double tolerance) {
        for (ParameterLayout.Entry entry : expected.layout().entries()) {
            double error = 0;
            double size = 0;
            for (long i = 0; i < entry.size(); i++) {
                double a = expected.tensor(entry.name()).get(i);
                double b = found.tensor(entry.name()).get(i);
                error += (a - b) * (a - b);
                size += a * a;
            }
            double allowed = tolerance * Math.sqrt(size);
            double far = Math.sqrt(error);
            assertTrue(far <= allowed, () -> what + " of " + entry.name() + ": error " + far + ", allowed " + allowed);
        }
    }
}
