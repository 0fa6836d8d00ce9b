package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must hold of every engine's training plans, on random programs of all operations. An engine's test extends this class and
 * says which engine and programs.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class TrainingLaws {
    /** The engine under test. */
    protected abstract TrainingEngine engine();

    /** Its device, or null for its own choice. */
    protected String device() {
        return null;
    }

    /** The programs it runs. */
    protected List<RandomPrograms.Drawn> programs() {
        return TestScope.thinned(RandomPrograms.draw(48), 4);
    }

    /** Those whose gradients are held to the reference's. */
    protected List<RandomPrograms.Drawn> judged() {
        return programs();
    }

    /** How far a gradient may be from the reference's. */
    protected double referenceTolerance() {
        return 1e-4;
    }

    /** How far two ways to compute the same on one engine may be apart where they add in another order. */
    protected double reorderedTolerance() {
        return 1e-5;
    }

    /** How far a training plan's outputs may be from the layer plan's. */
    protected double forwardTolerance() {
        return 1e-5;
    }

    /** Micro-steps per chunk, few enough that short runs have several where the engine can. */
    protected int chunkSize() {
        return 4;
    }

    private TrainingSpec spec(RandomPrograms.Drawn drawn) {
        return TrainingSpec.of(drawn.spec().onDevice(device()).withChunkSize(chunkSize()));
    }

    private TrainingPasses.Pass pass(RandomPrograms.Drawn drawn) {
        return TrainingPasses.run(engine(), spec(drawn), drawn, drawn.inputs(), drawn.cotangents(1));
    }

    @ParameterizedTest
    @MethodSource("judged")
    void gradientsMatchReference(RandomPrograms.Drawn drawn) {
        TrainingPasses.Pass truth = TrainingPasses.run(
                new ReferenceEngine(), TrainingSpec.of(drawn.spec()), drawn, drawn.inputs(), drawn.cotangents(1));
        truth.matches("reference", pass(drawn), referenceTolerance());
    }

    @ParameterizedTest
    @MethodSource("programs")
    void forwardEqualsTheLayerPlan(RandomPrograms.Drawn drawn) {
        List<Tensor> inputs = drawn.inputs();
        List<Tensor> outputs =
                drawn.c().outputs(inputs.isEmpty() ? 0 : inputs.getFirst().dim(0));
        try (LayerPlan plan = engine().plan(spec(drawn).layer())) {
            for (int r = 0; r < drawn.runs().length; r++) {
                List<Tensor> part =
                        drawn.c().outputs(Arrays.stream(drawn.runs()[r]).sum());
                plan.run(drawn.runs()[r], drawn.ofRun(inputs, r), part);
                TrainingPasses.scatter(part, outputs, drawn.tokens(r));
            }
        }
        TrainingPasses.matchOutputs("layer plan", outputs, pass(drawn).outputs(), forwardTolerance());
    }

    @ParameterizedTest
    @MethodSource("programs")
    void gradientOfASumIsTheSum(RandomPrograms.Drawn drawn) {
        List<Tensor> a = drawn.cotangents(2);
        List<Tensor> b = drawn.cotangents(3);
        List<Tensor> sum = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            sum.add(TrainingPasses.sum(a.get(i), b.get(i)));
        }
        TrainingPasses.Pass first = TrainingPasses.run(engine(), spec(drawn), drawn, drawn.inputs(), a);
        TrainingPasses.Pass second = TrainingPasses.run(engine(), spec(drawn), drawn, drawn.inputs(), b);
        TrainingPasses.Pass both = TrainingPasses.run(engine(), spec(drawn), drawn, drawn.inputs(), sum);
        first.plus(second).matches("sum", both, reorderedTolerance());
    }

    /** What is computed again has the same bits as what was remembered, wherever the program is cut. */
    @ParameterizedTest
    @MethodSource("programs")
    void recomputedEqualsRemembered(RandomPrograms.Drawn drawn) {
        TrainingPasses.Pass remembered = pass(drawn);
        int ops = drawn.c().program().ops().size();
        if (ops == 1) {
            return; // nowhere to cut
        }
        List<Integer> everywhere = new ArrayList<>();
        List<Integer> somewhere = new ArrayList<>();
        Random random = new Random(4);
        for (int i = 1; i < ops; i++) {
            everywhere.add(i);
            if (random.nextInt(3) == 0) {
                somewhere.add(i);
            }
        }
        for (List<Integer> cuts : List.of(everywhere, somewhere, List.of(ops / 2))) {
            TrainingSpec cut = spec(drawn).cutBefore(cuts);
            remembered.equals(
                    "cuts before " + cuts,
                    TrainingPasses.run(engine(), cut, drawn, drawn.inputs(), drawn.cotangents(1)));
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void packedEqualsSeparate(RandomPrograms.Drawn drawn) {
        TrainingPasses.Pass together = pass(drawn);
        List<TrainingPasses.Pass> alone = new ArrayList<>();
        int first = 0;
        for (int n = 0; n < drawn.total().length; n++) {
            int end = first + drawn.total()[n];
            RandomPrograms.Drawn one = drawn.alone(n);
            alone.add(TrainingPasses.run(
                    engine(),
                    spec(one),
                    one,
                    LayerCase.rows(drawn.inputs(), first, end),
                    LayerCase.rows(drawn.cotangents(1), first, end)));
            first = end;
        }
        TrainingPasses.joined(alone).matches("separate", together, reorderedTolerance());
    }

    @ParameterizedTest
    @MethodSource("programs")
    void chainedRunsEqualOneLongRun(RandomPrograms.Drawn drawn) {
        pass(drawn.inOneRun()).matches("chain", pass(drawn), reorderedTolerance());
    }

    /** Half of the weights are trained: their gradients have the same bits. */
    @ParameterizedTest
    @MethodSource("programs")
    void frozenWeightsChangeNoOtherGradient(RandomPrograms.Drawn drawn) {
        TrainingSpec all = spec(drawn);
        List<String> names = new ArrayList<>();
        for (ParameterLayout.Entry entry : all.trained().entries()) {
            if (names.size() * 2 <= all.trained().entries().indexOf(entry)) {
                names.add(entry.name());
            }
        }
        TrainingSpec some = all.training(all.trained().only(names));
        pass(drawn)
                .only(names)
                .equals(
                        "frozen weights",
                        TrainingPasses.run(engine(), some, drawn, drawn.inputs(), drawn.cotangents(1)));
    }

    /** Ids have no gradient, so that below the first weight that is trained nothing needs to be remembered. */
    @Test
    void whatServesNoGradientIsNotRemembered() {
        LayerCase c = LayerCases.programs().getFirst();
        TrainingSpec all = TrainingSpec.of(c.spec(16, 2, 20).onDevice(device()));
        TrainingSpec last = all.training(all.trained().only(List.of("down")));
        assertTrue(heldAfterForward(c, last) < heldAfterForward(c, all));
    }

    private long heldAfterForward(LayerCase c, TrainingSpec spec) {
        try (TrainingPlan plan = engine().trainingPlan(spec)) {
            plan.forward(new int[] {9, 7}, c.inputs(16, 1), c.outputs(16));
            return plan.bytes();
        }
    }

    /** The gradient ends at states that were carried into a forward run after backward; it does not where runs are chained. */
    @Test
    void aChainThatIsBrokenEndsAtTheState() {
        for (LayerCase c : List.of(
                LayerCases.delta().get(1),
                LayerCases.attention("attention", 2, 1, 4, 4, 3),
                LayerCases.carrying().getFirst(),
                LayerCases.carrying().get(6))) {
            RandomPrograms.Drawn drawn = new RandomPrograms.Drawn(c, new int[][] {{5, 3}, {2, 4}}, 8);
            RandomPrograms.Drawn begun = new RandomPrograms.Drawn(c, new int[][] {{5, 3}}, 8);
            TrainingPasses.Pass chained = pass(drawn);
            TrainingPasses.Pass broken =
                    TrainingPasses.broken(engine(), spec(drawn), drawn, drawn.inputs(), drawn.cotangents(1));
            List<Tensor> later = drawn.ofRun(chained.inputs(), 1);
            TrainingPasses.matchInputs(
                    c + ", second run", later, drawn.ofRun(broken.inputs(), 1), reorderedTolerance());
            TrainingPasses.Pass first = TrainingPasses.run(
                    engine(), spec(begun), begun, drawn.ofRun(drawn.inputs(), 0), drawn.ofRun(drawn.cotangents(1), 0));
            List<Tensor> ended = drawn.ofRun(broken.inputs(), 0);
            TrainingPasses.matchInputs(c + ", first run", first.inputs(), ended, reorderedTolerance());
            List<Tensor> whole = drawn.ofRun(chained.inputs(), 0);
            assertThrows(
                    AssertionError.class,
                    () -> TrainingPasses.matchInputs(c + ", chained", whole, ended, 0.01),
                    () -> c + ": expected what is carried to matter");
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void gradientsAreAddedToWhatTheArenaHolds(RandomPrograms.Drawn drawn) {
        TrainingPasses.Pass once = pass(drawn);
        TrainingSpec spec = spec(drawn);
        try (TrainingPlan plan = engine().trainingPlan(spec);
                ParameterArena gradients = new ParameterArena(spec.trained())) {
            TrainingPasses.Pass twice = null;
            for (int i = 0; i < 2; i++) {
                plan.reset();
                twice = TrainingPasses.on(plan, gradients, drawn, drawn.inputs(), drawn.cotangents(1));
            }
            once.plus(once).matchesWeights("twice", twice, 1e-6);
        }
    }

    /** A plan reads weights where they lie: what an optimiser has changed counts from the next forward run on. */
    @ParameterizedTest
    @MethodSource("programs")
    void weightsMayChangeBetweenRuns(RandomPrograms.Drawn drawn) {
        TrainingSpec given = spec(drawn);
        try (ParameterArena weights = new ParameterArena(given.trained());
                ParameterArena gradients = new ParameterArena(given.trained())) {
            weights.copyFrom(given.layer().weights());
            Weights views = weights.weights(given.layer().weights());
            LayerSpec layer = given.layer();
            TrainingSpec spec = TrainingSpec.of(
                    LayerSpec.of(layer.program(), views, layer.maxTokens(), layer.sequences(), layer.maxContext())
                            .withChunkSize(layer.chunkSize())
                            .onDevice(device()));
            try (TrainingPlan plan = engine().trainingPlan(spec)) {
                TrainingPasses.on(plan, gradients, drawn, drawn.inputs(), drawn.cotangents(1));
                Random random = new Random(6);
                for (ParameterLayout.Entry entry : given.trained().entries()) {
                    Tensor weight = weights.tensor(entry.name());
                    for (long i = 0; i < weight.size(); i++) {
                        weight.set(i, weight.get(i) + 0.01f * (float) random.nextGaussian());
                    }
                }
                gradients.clear();
                plan.reset();
                TrainingPasses.Pass changed =
                        TrainingPasses.on(plan, gradients, drawn, drawn.inputs(), drawn.cotangents(1));
                TrainingPasses.run(engine(), spec, drawn, drawn.inputs(), drawn.cotangents(1))
                        .equals("changed weights", changed);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void gradientsThatAreNotGivenAreZeros(RandomPrograms.Drawn drawn) {
        List<Tensor> zeros = drawn.cotangents(1);
        List<Tensor> none = new ArrayList<>(zeros);
        for (int i = 0; i < zeros.size(); i += 2) {
            zeros.get(i).fill(0);
            none.set(i, null);
        }
        TrainingPasses.run(engine(), spec(drawn), drawn, drawn.inputs(), zeros)
                .equals("not given", TrainingPasses.run(engine(), spec(drawn), drawn, drawn.inputs(), none));
    }

    @Test
    void saysWhatIsNotFinite() {
        LayerCase c = LayerCases.programs().getFirst();
        Map<String, Tensor> numbers = new HashMap<>();
        c.program()
                .weights()
                .forEach((name, dims) ->
                        numbers.put(name, c.weights().get(name, dims).toTensor()));
        Weights weights = Weights.of(numbers);
        LayerSpec layer = LayerSpec.of(c.program(), weights, 4, 1, 4).onDevice(device());
        try (TrainingPlan plan = engine().trainingPlan(TrainingSpec.of(layer))) {
            plan.forward(new int[] {4}, c.inputs(4, 1), c.outputs(4));
            assertEquals(Optional.empty(), plan.firstNotFinite());
            numbers.get("up").set(5, Float.NaN);
            plan.reset();
            plan.forward(new int[] {4}, c.inputs(4, 1), c.outputs(4));
            assertEquals(Optional.of("weight up"), plan.firstNotFinite());
        }
        Slot x = new Slot("x", 4);
        LayerCase sums = LayerCases.one("sum norm", new NormOp.SumNorm(x, new Slot("y", 4), 2));
        try (TrainingPlan plan =
                engine().trainingPlan(TrainingSpec.of(sums.spec(2, 1, 4).onDevice(device())))) {
            plan.forward(new int[] {2}, List.of(Tensor.zeros(2, 4)), sums.outputs(2)); // 0 / 0
            assertEquals(Optional.of("slot y"), plan.firstNotFinite());
            Tensor infinite = Tensor.zeros(2, 4).fill(1);
            infinite.set(3, Float.POSITIVE_INFINITY);
            plan.forward(new int[] {2}, List.of(infinite), sums.outputs(2));
            assertEquals(Optional.of("slot x"), plan.firstNotFinite());
            plan.reset();
            assertEquals(Optional.empty(), plan.firstNotFinite());
        }
    }

    /** Worked by hand: two classes, logits 0 and log 3, so that p = (1/4, 3/4). */
    @Test
    void knownCrossEntropy() {
        // x = (log 3, 1), W = [[0, 0], [1, 0]]: L = log 4 − log 3 of label 1, log 4 of label 0. With a gradient of 2
        // for the
        // token of label 1, dz = 2 (1/4, −1/4), dx = −(1/2, 0) and dW = dz xᵀ; the token of label −1 gives nothing.
        float log3 = (float) Math.log(3);
        Slot labels = new Slot("labels", 1);
        Slot loss = new Slot("loss", 1);
        LayerProgram program = new LayerProgram(
                List.of(new Slot("x", 2), labels),
                List.of(loss),
                List.of(new MatrixOp.CrossEntropy(new Slot("x", 2), labels, loss, "w", "b", 2)));
        Weights weights = Weights.of(
                Map.of("w", Tensor.of(new float[] {0, 0, 1, 0}, 2, 2), "b", Tensor.of(new float[] {0, 0}, 2)));
        TrainingSpec spec =
                TrainingSpec.of(LayerSpec.of(program, weights, 3, 1, 3).onDevice(device()));
        try (TrainingPlan plan = engine().trainingPlan(spec);
                ParameterArena gradients = new ParameterArena(spec.trained())) {
            Tensor losses = Tensor.zeros(3, 1).fill(Float.NaN);
            Tensor dx = Tensor.zeros(3, 2).fill(Float.NaN);
            Tensor x = Tensor.of(new float[] {log3, 1, log3, 1, log3, 1}, 3, 2);
            plan.forward(new int[] {3}, List.of(x, Tensor.of(new float[] {1, 0, -1}, 3, 1)), List.of(losses));
            double log4 = Math.log(4);
            assertArrayEquals(new float[] {(float) (log4 - Math.log(3)), (float) log4, 0}, losses.toArray(), 1e-6f);
            plan.backward(List.of(Tensor.of(new float[] {2, 0, 5}, 3, 1)), gradients, Arrays.asList(dx, null));
            assertArrayEquals(new float[] {-0.5f, 0, 0, 0, 0, 0}, dx.toArray(), 1e-6f);
            assertArrayEquals(new float[] {0.5f, -0.5f}, gradients.tensor("b").toArray(), 1e-6f);
            assertArrayEquals(
                    new float[] {log3 / 2, 0.5f, -log3 / 2, -0.5f},
                    gradients.tensor("w").toArray(),
                    1e-6f);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        LayerCase c = LayerCases.programs().getFirst();
        TrainingSpec spec = TrainingSpec.of(c.spec(8, 2, 10).onDevice(device()));
        List<Tensor> none = Arrays.asList(null, null);
        List<Tensor> unwanted = Arrays.asList((Tensor) null);
        try (TrainingPlan plan = engine().trainingPlan(spec);
                ParameterArena gradients = new ParameterArena(spec.trained());
                ParameterArena other = new ParameterArena(spec.trained().only(List.of("q", "k")))) {
            misused("forward", () -> plan.backward(none, gradients, unwanted));
            refused("lengths", () -> plan.forward(new int[] {1}, c.inputs(1, 0), c.outputs(1)));
            refused("lengths", () -> plan.forward(new int[] {-1, 2}, c.inputs(1, 0), c.outputs(1)));
            refused("lengths", () -> plan.forward(new int[] {5, 4}, c.inputs(9, 0), c.outputs(9)));
            refused("inputs", () -> plan.forward(new int[] {1, 0}, List.of(), c.outputs(1)));
            refused("output out", () -> plan.forward(new int[] {1, 0}, c.inputs(1, 0), c.outputs(2)));
            for (float id : new float[] {-1, 19, 0.5f, Float.NaN}) {
                List<Tensor> ids = List.of(Tensor.of(new float[] {3, id}, 2, 1));
                refused("ids", () -> plan.forward(new int[] {2, 0}, ids, c.outputs(2)));
            }
            misused("forward", () -> plan.backward(none, gradients, unwanted));
            plan.forward(new int[] {5, 3}, c.inputs(8, 0), c.outputs(8));
            refused("lengths", () -> plan.forward(new int[] {6, 0}, c.inputs(6, 0), c.outputs(6)));
            assertArrayEquals(new int[] {5, 3}, plan.positions());
            refused("gradients", () -> plan.backward(none, other, unwanted));
            refused("output gradients", () -> plan.backward(List.of(), gradients, unwanted));
            refused("output gradient out", () -> plan.backward(c.outputs(7), gradients, unwanted));
            refused("input gradients", () -> plan.backward(none, gradients, List.of()));
            refused("input gradient ids", () -> plan.backward(none, gradients, List.of(Tensor.zeros(8, 1))));
            plan.forward(new int[] {1, 0}, c.inputs(1, 0), c.outputs(1));
            plan.backward(none, gradients, unwanted);
            misused("backward", () -> plan.forward(new int[] {1, 0}, c.inputs(1, 0), c.outputs(1)));
            plan.backward(none, gradients, unwanted);
            misused("forward", () -> plan.backward(none, gradients, unwanted));
            plan.forward(new int[] {1, 0}, c.inputs(1, 0), c.outputs(1));
            plan.reset();
            assertArrayEquals(new int[] {0, 0}, plan.positions());
            misused("forward", () -> plan.backward(none, gradients, unwanted));
            for (ParameterLayout.Entry entry : spec.trained().entries()) {
                assertArrayEquals(
                        new float[(int) entry.size()],
                        gradients.tensor(entry.name()).toArray(),
                        "refused, or of no loss, and yet written: " + entry.name());
            }
        }
    }

    @Test
    void refusesLabelsThatAreNoClasses() {
        Slot x = new Slot("x", 4);
        Slot labels = new Slot("labels", 1);
        LayerCase c = LayerCases.crossEntropy("loss", x, labels, 7, "b");
        TrainingSpec spec = TrainingSpec.of(c.spec(2, 1, 4).onDevice(device()));
        try (TrainingPlan plan = engine().trainingPlan(spec)) {
            for (float label : new float[] {-2, 7, 0.5f, Float.NaN}) {
                List<Tensor> in = List.of(Tensor.zeros(2, 4), Tensor.of(new float[] {3, label}, 2, 1));
                refused("labels", () -> plan.forward(new int[] {2}, in, c.outputs(2)));
            }
        }
    }

    private static void refused(String about, Executable body) {
        String message = assertThrows(InvalidInputException.class, body).getMessage();
        assertTrue(message.contains(about), message);
    }

    private static void misused(String about, Executable body) {
        String message = assertThrows(IllegalStateException.class, body).getMessage();
        assertTrue(message.contains(about), message);
    }

    @Test
    void refusesUseAfterClose() {
        LayerCase c = LayerCases.programs().getFirst();
        TrainingSpec spec = TrainingSpec.of(c.spec(8, 1, 8).onDevice(device()));
        TrainingPlan plan = engine().trainingPlan(spec);
        plan.close();
        plan.close();
        assertThrows(IllegalStateException.class, () -> plan.forward(new int[] {1}, c.inputs(1, 0), c.outputs(1)));
        assertThrows(IllegalStateException.class, plan::bytes);
        assertThrows(IllegalStateException.class, plan::firstNotFinite);
        assertThrows(IllegalStateException.class, plan::reset);
        try (ParameterArena gradients = new ParameterArena(spec.trained())) {
            List<Tensor> none = Arrays.asList(null, null);
            List<Tensor> unwanted = Arrays.asList((Tensor) null);
            assertThrows(IllegalStateException.class, () -> plan.backward(none, gradients, unwanted));
        }
        assertFalse(spec.trained().entries().isEmpty());
    }
}
