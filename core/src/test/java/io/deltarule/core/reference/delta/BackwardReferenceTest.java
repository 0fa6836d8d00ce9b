package io.deltarule.core.reference.delta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.GradientLaws;
import io.deltarule.core.testkit.TestScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag(TestScope.THOROUGH)
class BackwardReferenceTest extends GradientLaws {
    /** Inputs are rounded to multiples of it, so that a step of half of it is exact in float32. */
    private static final double GRID = 0x1p-14;

    @Override
    protected DeltaEngine engine() {
        return new ReferenceEngine();
    }

    @Override
    protected List<Integer> chunkSizes() {
        return List.of(7, 1, 16, 64);
    }

    @Override
    protected List<DeltaCase> cases() {
        List<DeltaCase> all = new ArrayList<>(DeltaCases.small());
        all.addAll(DeltaCases.edges());
        return all;
    }

    /** Worked by hand: K = V = 1, one token. */
    @Test
    void knownCase() {
        // k = 2, v = 3, beta = 1/2, exp g = 1/2, S0 = 4: S' = 2, e = 1, p = 3/2 − 2 = −1/2, S = 2 + 2·(−1/2) = 1.
        // q = 5, scale = 10, do = 1, dS = 7: R = 7 + 50 = 57, dq = 10·1·1. dp = 2·57 = 114 = du, de = −2·114 = −228,
        // dk = 57·(−1/2) + ½·de = −142.5, dv = ½·114, dβ = 3·114 + 2·de = −114. dS' = 57 − 1·114 = −57,
        // dg = −57·2, dS0 = −57/2.
        DeltaInputs in = DeltaInputs.of(one(5, 4), one(2, 4), one(3, 4))
                .with(Input.G, one((float) Math.log(0.5), 3))
                .with(Input.BETA, one(0.5f, 3))
                .withInitialState(one(4, 4));
        BackwardReference.Result result = BackwardReference.recurrent(
                Variant.GATED_DELTA_RULE, in, new DeltaCotangents(one(1, 4), one(7, 4)), 10);
        Map<Input, Double> expected =
                Map.of(Input.Q, 10.0, Input.K, -142.5, Input.V, 57.0, Input.G, -114.0, Input.BETA, -114.0);
        expected.forEach((input, gradient) ->
                assertEquals(gradient, result.tensors().get(input)[0], 1e-4, input::id)); // log ½ is a float32
        assertEquals(-28.5, result.initialState()[0], 1e-5);
    }

    private static Tensor one(float value, int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        return Tensor.of(new float[] {value}, dims);
    }

    static List<DeltaCase> differentiable() {
        List<DeltaCase> cases = new ArrayList<>(DeltaCases.small());
        cases.addAll(List.of(
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 1, 1, 2, 6, 4, 1)
                        .packed(3, 0, 9, 1)
                        .withCrossRead(1),
                DeltaCase.of(Variant.GDN2, Gate.CHANNEL, 1, 70, 1, 2, 6, 4, 1)
                        .withDecay(5)
                        .withCrossRead(2),
                DeltaCase.of(Variant.COMBA, Gate.SCALAR, 2, 5, 2, 4, 6, 4, 1).withCrossRead(1),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 9, 1, 2, 6, 4, 3)
                        .withCrossRead(1),
                DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 19, 1, 2, 6, 4, 1)
                        .withLevels(1),
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 1, 1, 2, 6, 4, 1)
                        .packed(3, 0, 9, 1)
                        .withLevels(0),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 9, 1, 2, 6, 4, 3)
                        .withLevels(0),
                DeltaCase.of(Variant.SSD, Gate.CHANNEL, 1, 20, 2, 4, 6, 4, 1).withLevels(0)));
        return cases;
    }

    /**
     * Each input at a time, all its numbers moved at once along random directions; central differences of fourth order of
     * the forward references, which the papers' equations were written into.
     */
    @ParameterizedTest
    @MethodSource("differentiable")
    void gradientMatchesFiniteDifference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        in.tensors().values().forEach(BackwardReferenceTest::toGrid);
        if (in.initialState() != null) {
            toGrid(in.initialState());
        }
        DeltaCotangents given = c.cotangents();
        BackwardReference.Result result = BackwardReference.recurrent(c.variant(), in, given, 0.7);
        for (Map.Entry<Input, Tensor> entry : in.tensors().entrySet()) {
            Input input = entry.getKey();
            check(c, given, input.id(), entry.getValue(), result.tensors().get(input), t -> in.with(input, t));
        }
        if (in.initialState() != null) {
            check(c, given, "initial_state", in.initialState(), result.initialState(), in::withInitialState);
        }
    }

    private static void toGrid(Tensor t) {
        for (long i = 0; i < t.size(); i++) {
            t.set(i, (float) (Math.round(t.get(i) / GRID) * GRID));
        }
    }

    private static void check(
            DeltaCase c,
            DeltaCotangents given,
            String name,
            Tensor at,
            double[] gradient,
            java.util.function.Function<Tensor, DeltaInputs> with) {
        Random random = new Random(7);
        for (int trial = 0; trial < 3; trial++) {
            double[] direction =
                    random.doubles(at.size()).map(x -> x < 0.5 ? -1 : 1).toArray();
            double slope = 0;
            double size = 0;
            for (int i = 0; i < direction.length; i++) {
                slope += gradient[i] * direction[i];
                size += gradient[i] * gradient[i];
            }
            double h = GRID / 2;
            double near = loss(c, given, with.apply(moved(at, direction, h)))
                    - loss(c, given, with.apply(moved(at, direction, -h)));
            double far = loss(c, given, with.apply(moved(at, direction, 2 * h)))
                    - loss(c, given, with.apply(moved(at, direction, -2 * h)));
            assertEquals(slope, (8 * near - far) / (12 * h), 1e-7 * Math.sqrt(size), name);
        }
    }

    private static Tensor moved(Tensor from, double[] direction, double h) {
        Tensor to = Tensor.zeros(from.dims());
        for (int i = 0; i < direction.length; i++) {
            to.set(i, (float) (from.get(i) + direction[i] * h));
        }
        return to;
    }

    private static double loss(DeltaCase c, DeltaCotangents given, DeltaInputs in) {
        DeltaReference.Result out = DeltaReference.recurrent(c.variant(), in, 0.7);
        return dot(given.o(), out.o()) + dot(given.oCross(), out.oCross()) + dot(given.finalState(), out.finalState());
    }

    private static double dot(Tensor a, double[] b) {
        double sum = 0;
        for (int i = 0; a != null && i < b.length; i++) {
            sum += a.get(i) * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void recurrentEqualsChunkInFloat64(DeltaCase c) {
        DeltaInputs in = c.inputs();
        DeltaCotangents given = c.cotangents();
        BackwardReference.Result token = BackwardReference.recurrent(c.variant(), in, given, 0.7);
        for (int C : new int[] {1, 5, 16, 64}) {
            BackwardReference.Result chunk = ChunkwiseBackwardReference.run(c.variant(), in, given, 0.7, C);
            assertArrayEquals(token.initialState(), chunk.initialState(), 1e-11 * size(token.initialState()));
            token.tensors()
                    .forEach((input, gradient) ->
                            assertArrayEquals(gradient, chunk.tensors().get(input), 1e-11 * size(gradient), input::id));
        }
    }

    static List<DeltaCase> gated() {
        return differentiable().stream()
                .filter(c -> c.shape().gate() != Gate.NONE && !c.shape().logLinear())
                .toList();
    }

    /**
     * Every token decays by the same strong g, so that dg is many orders smaller than the gradients that it is made of: it has
     * its digits nonetheless, in either form.
     */
    @ParameterizedTest
    @MethodSource("gated")
    void uniformlyStrongDecaysKeepTheDigitsOfTheirGradients(DeltaCase c) {
        for (float g : new float[] {-16, -30, -40, -100, -300}) {
            DeltaInputs in = c.inputs();
            in.get(Input.G).fill(g);
            DeltaCotangents given = c.cotangents();
            BackwardReference.Result token = BackwardReference.recurrent(c.variant(), in, given, 0.7);
            for (int C : new int[] {1, 2, 5, 16, 64}) {
                BackwardReference.Result chunk = ChunkwiseBackwardReference.run(c.variant(), in, given, 0.7, C);
                token.tensors()
                        .forEach((input, gradient) -> assertArrayEquals(
                                gradient,
                                chunk.tensors().get(input),
                                1e-11 * largest(gradient),
                                () -> input.id() + " at g = " + g + ", chunks of " + C));
            }
        }
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    /** What −∞ leaves nothing of has a gradient of exactly 0. */
    @Test
    void aDecayToNothingHasNoGradient() {
        for (DeltaCase c : gated()) {
            DeltaInputs in = c.inputs();
            Tensor g = in.get(Input.G);
            for (long i = 0; i < g.size(); i += 3) {
                g.set(i, Float.NEGATIVE_INFINITY);
            }
            double[] gradient = ChunkwiseBackwardReference.run(c.variant(), in, c.cotangents(), 0.7, 16)
                    .tensors()
                    .get(Input.G);
            for (int i = 0; i < gradient.length; i += 3) {
                assertEquals(0, gradient[i], 0.0, c + " at " + i);
            }
        }
    }

    /** The largest value, at least 1: gradients with respect to r × 1000 and its like are not of order 1. */
    private static double size(double[] values) {
        return largest(values) + 1;
    }
}
