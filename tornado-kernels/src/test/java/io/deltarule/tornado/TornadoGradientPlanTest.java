package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.reference.delta.BackwardReference;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.VerifyGradients;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.quirks.GraphLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a TornadoVM backward plan promises beyond the laws of every engine. */
@Tag(TestScope.THOROUGH)
class TornadoGradientPlanTest {
    private static final DeltaCase CASE = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 40, 1, 2, 16, 12, 1);
    private static final List<Variant> FAMILY = List.of(Variant.values());
    private static final List<Integer> SIZES = List.of(3, 8, 15, 16, 17, 24, 32, 33, 48, 65);

    private static PlanSpec spec(DeltaCase c, int C) {
        return PlanSpec.of(c.variant(), c.shape()).withChunkSize(C).onDevice(TestDevice.id());
    }

    private static TornadoGradientPlan plan(PlanSpec spec) {
        return (TornadoGradientPlan) new TornadoEngine().gradientPlan(spec);
    }

    private static DeltaGradients run(PlanSpec spec, DeltaInputs in, DeltaCotangents given) {
        return VerifyGradients.run(new TornadoEngine(), spec, in, given);
    }

    private static Tensor one(double value, int... dims) {
        return Tensor.of(new float[] {(float) value}, dims);
    }

    /** S' = 2, p = 1/2, S = 5/2; R = 2, dp = R k = 2, de = −S' dp = −4, dS' = R − e dp = 1. */
    @Test
    void computesOneTokenAsByHand() {
        DeltaInputs in = DeltaInputs.of(one(2, 1, 1, 1, 1), one(1, 1, 1, 1, 1), one(3, 1, 1, 1, 1))
                .with(Input.BETA, one(0.5, 1, 1, 1))
                .with(Input.G, one(Math.log(0.5), 1, 1, 1))
                .withInitialState(one(4, 1, 1, 1, 1));
        PlanSpec spec = PlanSpec.of(Variant.GATED_DELTA_RULE, in.validate(Variant.GATED_DELTA_RULE))
                .onDevice(TestDevice.id());
        DeltaGradients out = run(spec, in, new DeltaCotangents(one(1, 1, 1, 1, 1), null));
        Map<Input, Double> expected =
                Map.of(Input.Q, 2.5, Input.K, 1 - 4 * 0.5, Input.V, 2 * 0.5, Input.G, 2.0, Input.BETA, 3 * 2 - 4.0);
        expected.forEach((input, value) -> assertEquals(value, out.get(input).get(0), 1e-5, input::id));
        assertEquals(0.5, out.initialState().get(0), 1e-5);
    }

    private static Tensor row(int width, double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensor.of(floats, 1, floats.length / width, 1, width);
    }

    /** Operations of the project's founders whose d_g had come out as −3.35e-9 instead of −2.71e-9, and −1.9e-9 instead of 0. */
    @ParameterizedTest
    @ValueSource(floats = {-16, Float.NEGATIVE_INFINITY})
    void aStrongDecayBetweenWeakOnesHasAGradientOfItsOwn(float g) {
        DeltaInputs in = DeltaInputs.of(
                        row(2, 0.387713, 0.921779, 0.245788, -0.969323, 0.896911, 0.442211),
                        row(2, -0.678646, 0.734465, 0.778283, 0.627909, 0.0519173, 0.99865),
                        row(1, -0.736454, -0.16291, -0.482119))
                .with(Input.BETA, Tensor.of(new float[] {0.124421f, 0.453498f, 0.976906f}, 1, 3, 1))
                .with(Input.G, row(2, -0.1, -0.1, g, g, -0.1, -0.1))
                .withInitialState(Tensor.of(new float[] {0.302017f, -0.813349f}, 1, 1, 2, 1));
        DeltaCotangents given = new DeltaCotangents(
                row(1, -1.88901, -0.174772, -0.42219), Tensor.of(new float[] {0.213643f, 0.217322f}, 1, 1, 2, 1));
        PlanSpec spec = PlanSpec.of(Variant.KDA, in.validate(Variant.KDA)).onDevice(TestDevice.id());
        double[] exact = gateGradient(spec, in, given);
        Tensor found = run(spec, in, given).get(Input.G);
        for (int i = 0; i < exact.length; i++) {
            assertEquals(exact[i], found.get(i), 1e-5 * Math.abs(exact[i]), "d_g at " + i);
        }
    }

    private static double[] gateGradient(PlanSpec spec, DeltaInputs in, DeltaCotangents given) {
        return BackwardReference.recurrent(spec.variant(), in, given, spec.scale())
                .tensors()
                .get(Input.G);
    }

    static List<DeltaCase> gated() {
        List<DeltaCase> all = new ArrayList<>();
        for (Variant variant : FAMILY) {
            for (Gate gate : variant.gates()) {
                if (gate != Gate.NONE) {
                    all.add(DeltaCase.of(variant, gate, 1, 39, 1, 2, 36, 12, variant.manyHouseholders() ? 3 : 1)
                            .withDecay(0.5));
                }
            }
        }
        return all;
    }

    /** The gradients of strong decays, many orders smaller than those of the weak ones around them, are judged by themselves. */
    @ParameterizedTest
    @MethodSource("gated")
    @Tag("emulator") // 20 to 50 kernels compiled for each
    void strongDecaysKeepTheDigitsOfTheirGradients(DeltaCase c) {
        for (float strong : new float[] {-16, Float.NEGATIVE_INFINITY}) {
            DeltaInputs in = c.inputs();
            Tensor g = in.get(Input.G);
            for (long i = 0; i < g.size(); i += 5) {
                g.set(i, strong);
            }
            PlanSpec spec = spec(c, 32);
            double[] exact = gateGradient(spec, in, c.cotangents());
            Tensor found = run(spec, in, c.cotangents()).get(Input.G);
            double largest = 0;
            double error = 0;
            for (int i = 0; i < exact.length; i += 5) {
                largest = Math.max(largest, Math.abs(exact[i]));
                error = Math.max(error, Math.abs(found.get(i) - exact[i]));
            }
            assertTrue(error <= 1e-5 * largest, error + " of " + largest + " at g = " + strong);
        }
    }

    /** Any member of the family in any shape: grouped heads, packed, n householders, decays that underflow, selective reads. */
    private static DeltaCase random(Random random, int number) {
        Variant variant = FAMILY.get(random.nextInt(FAMILY.size()));
        List<Gate> gates = new ArrayList<>(variant.gates());
        Gate gate = gates.get(random.nextInt(gates.size()));
        int H = 1 + random.nextInt(2);
        int n = variant.manyHouseholders() ? 1 + random.nextInt(4) : 1;
        int K = SIZES.get(random.nextInt(SIZES.size()));
        int V = SIZES.get(random.nextInt(SIZES.size()));
        DeltaCase c = DeltaCase.of(
                        variant,
                        gate,
                        1 + random.nextInt(2),
                        random.nextInt(90),
                        H,
                        H * (1 + random.nextInt(3)),
                        K,
                        V,
                        n)
                .numbered(number)
                .withDecay(new double[] {0.01, 0.5, 5, 30}[random.nextInt(4)]);
        if (random.nextInt(3) == 0) {
            c = c.packed(random.nextInt(40), 0, 1 + random.nextInt(30), random.nextInt(50));
        }
        return random.nextInt(4) == 0 && variant != Variant.DELTALENS ? c.withCrossRead(3) : c;
    }

    static IntStream numbers() {
        return IntStream.rangeClosed(1, TestDevice.emulated() ? 12 : 6);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void anyShapeMatchesReference(int number) {
        Random random = new Random(number);
        DeltaCase c = random(random, number);
        PlanSpec spec = spec(c, ChunkLaunches.SIZES.get(number % 3));
        VerifyGradients.matchesReference(
                c.name(), spec, c.inputs(), c.cotangents(), run(spec, c.inputs(), c.cotangents()));
    }

    private static Tensor perKeyHead(int tokens, int H, int K) {
        Tensor rows = Tensor.zeros(1, tokens, H, K);
        Random random = new Random(7);
        for (long i = 0; i < rows.size(); i++) {
            rows.set(i, random.nextFloat());
        }
        return rows;
    }

    /** As models with fewer key heads than value heads have them. */
    @Test
    void eraseGatesOfKeyHeadsAddUp() {
        DeltaCase c = DeltaCase.of(Variant.GDN2, Gate.CHANNEL, 1, 33, 2, 4, 16, 12, 1);
        DeltaInputs in = c.inputs().with(Input.B, perKeyHead(33, 2, 16));
        PlanSpec spec = spec(c, 16);
        VerifyGradients.matchesReference("b [.., H, K]", spec, in, c.cotangents(), run(spec, in, c.cotangents()));
    }

    /** As layers have them: the rows of key heads are not repeated before kernels see them. */
    @ParameterizedTest
    @CsvSource({"GDN2, CHANNEL, B", "COMBA, SCALAR, P"})
    void kernelsReadEraseRowsOfKeyHeads(Variant variant, Gate gate, Input perKeyHead) {
        DeltaCase c = DeltaCase.of(variant, gate, 1, 37, 2, 6, 16, 12, 1);
        DeltaInputs in = c.inputs().with(perKeyHead, perKeyHead(37, 2, 16));
        PlanSpec spec = spec(c, 16);
        InputMap map =
                InputMap.of(variant).withEraseRowsPerKeyHead(true).withEraseGainsPerKeyHead(perKeyHead == Input.B);
        try (TornadoGradientPlan plan = new TornadoGradientPlan(spec, map, TornadoDevices.named(TestDevice.id()))) {
            DeltaGradients out = DeltaGradients.poisoned(in, c.shape());
            plan.run(in, c.cotangents(), out);
            VerifyGradients.matchesReference(c.name(), spec, in, c.cotangents(), out);
        }
    }

    @ParameterizedTest
    @EnumSource(Gate.class)
    void theLargestPlansFitOneGraph(Gate gate) {
        DeltaCase c = DeltaCase.of(Variant.DELTALENS, gate, 1, 1, 1, 1, 8, 8, 1);
        try (TornadoGradientPlan plan = plan(spec(c, 64))) {
            List<Launch> launches = plan.graph().launches();
            int bytes = launches.stream().mapToInt(Launch::bytes).sum();
            assertTrue(bytes <= GraphLimits.BYTES, () -> bytes + " bytes");
            assertTrue(launches.size() <= GraphLimits.TASKS, () -> launches.size() + " launches");
        }
    }

    /** No inverse, no solve, no gradient of an erase key; a selective read needs the scores of the linear one twice all the same. */
    @ParameterizedTest
    @CsvSource({"NONE, false, 5", "SCALAR, false, 7", "CHANNEL, false, 7", "SCALAR, true, 6"})
    void whatErasesNothingHasNoStagesForIt(Gate gate, boolean crossRead, int fewer) {
        DeltaCase erasing = DeltaCase.of(Variant.GATED_DELTA_PRODUCT, gate, 1, 40, 1, 2, 16, 12, 1);
        DeltaCase c = DeltaCase.of(Variant.SSD, gate, 1, 40, 1, 2, 16, 12, 1);
        try (TornadoGradientPlan more = plan(spec(crossRead ? erasing.withCrossRead(1) : erasing, 32));
                TornadoGradientPlan plan = plan(spec(crossRead ? c.withCrossRead(1) : c, 32))) {
            assertEquals(
                    more.graph().launches().size() - fewer,
                    plan.graph().launches().size());
        }
    }

    @Test
    void aNewLengthDoesNotRecompile() {
        try (TornadoGradientPlan plan = plan(spec(CASE, 16))) {
            plan.profile(true);
            DeltaGradients out = DeltaGradients.poisoned(CASE.inputs(), CASE.shape());
            plan.run(CASE.inputs(), CASE.cotangents(), new DeltaGradients(out.tensors(), null));
            assertTrue(plan.lastRun().compileNanos() > 0, "the first run compiles");
            for (int tokens : new int[] {17, 1, 39}) {
                DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, tokens, 1, 2, 16, 12, 1);
                DeltaGradients found = plan.run(c.inputs(), c.cotangents());
                assertEquals(0, plan.lastRun().compileNanos(), () -> "compile time at T=" + tokens);
                VerifyGradients.matchesReference("T=" + tokens, plan.spec(), c.inputs(), c.cotangents(), found);
            }
        }
    }

    @Test
    @Tag("emulator") // TornadoVM's count of a closed plan stays as it was
    void closingFreesTheDevicesMemory() {
        for (Variant variant : List.of(Variant.DELTA_RULE, Variant.DELTALENS, Variant.GDN2, Variant.SSD)) {
            Gate gate = variant == Variant.DELTA_RULE ? Gate.NONE : Gate.CHANNEL;
            DeltaCase c = DeltaCase.of(variant, gate, 1, 20, 1, 1, 8, 8, 1);
            TornadoGradientPlan plan = plan(spec(c, 16));
            plan.run(c.inputs(), c.cotangents());
            assertTrue(plan.graph().deviceBytes() > 0);
            plan.close();
            assertEquals(0, plan.graph().deviceBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Gate.class)
    @Tag("emulator")
    void orderOfWorkGroupsDoesNotMatter(Gate gate) {
        String property = "deltarule.emulator.shuffle";
        String before = System.getProperty(property);
        DeltaCase c =
                DeltaCase.of(Variant.DELTALENS, gate, 1, 1, 1, 2, 20, 36, 1).packed(37, 0, 20);
        try {
            Map<String, Tensor> expected = null;
            for (String seed : new String[] {"off", "1", "2"}) {
                System.setProperty(property, seed);
                Map<String, Tensor> found = VerifyGradients.byName(run(spec(c, 32), c.inputs(), c.cotangents()));
                if (expected == null) {
                    expected = found;
                }
                expected.forEach((name, tensor) ->
                        assertArrayEquals(tensor.toArray(), found.get(name).toArray(), name + " seed " + seed));
            }
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Test
    void namesWhatIsNotFinite() {
        DeltaInputs in = CASE.inputs();
        in.get(Input.K).set(3, Float.NaN);
        NumericException input = assertThrows(NumericException.class, () -> run(spec(CASE, 16), in, CASE.cotangents()));
        assertEquals("k: expected finite numbers but found NaN at row-major index 3", input.getMessage());
        DeltaCotangents given = CASE.cotangents();
        given.o().set(5, Float.POSITIVE_INFINITY);
        NumericException cotangent =
                assertThrows(NumericException.class, () -> run(spec(CASE, 16), CASE.inputs(), given));
        assertEquals("d_o: expected finite numbers but found Infinity at row-major index 5", cotangent.getMessage());
    }

    @Test
    void otherFormsAndChunkSizesAreRefused() {
        InvalidInputException form = assertThrows(
                InvalidInputException.class, () -> plan(spec(CASE, 16).withForm(Form.RECURRENT)));
        assertTrue(form.getMessage().contains("expected chunk but found recurrent"), form::getMessage);
        InvalidInputException size = assertThrows(InvalidInputException.class, () -> plan(spec(CASE, 48)));
        assertTrue(size.getMessage().contains("expects 16, 32 or 64 but found 48"), size::getMessage);
    }
}
