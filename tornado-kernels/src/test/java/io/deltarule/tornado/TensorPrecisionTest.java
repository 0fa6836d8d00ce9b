package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.Float32Recurrence;
import io.deltarule.core.testkit.Verify;
import io.deltarule.tornado.delta.tensor.TensorCoreProducts;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.BFloat16;

/**
 * Products on tensor cores: what they may cost is twice what rounding the inputs alone costs.
 *
 * <pre>  error ≤ 2 · |float64 of rounded q, k, p, v, S0 − float64| + float32's own floor </pre>
 */
class TensorPrecisionTest {
    /** Tensors that become operands; gains and gates stay as they are. */
    private static final List<Input> OPERANDS = List.of(Input.Q, Input.K, Input.V, Input.P);

    static List<Arguments> cases() {
        DeltaCase gated = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 40, 1, 2, 32, 48, 1);
        return List.of(
                Arguments.of(
                        DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 65, 1, 2, 16, 16, 1),
                        64,
                        Precision.TENSOR),
                Arguments.of(gated.withDecay(20), 32, Precision.TENSOR),
                Arguments.of(gated.packed(16, 3, 1, 20), 16, Precision.TENSOR),
                Arguments.of(gated.packed(16, 3, 1, 20), 16, Precision.TENSOR_SPLIT),
                // two tiles of columns
                Arguments.of(
                        DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 20, 1, 1, 16, 144, 1), 16, Precision.TENSOR),
                Arguments.of(
                        DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 2, 33, 2, 2, 64, 16, 1),
                        32,
                        Precision.TENSOR_SPLIT),
                Arguments.of(DeltaCase.of(Variant.COMBA, Gate.SCALAR, 1, 33, 2, 4, 32, 16, 1), 16, Precision.TENSOR),
                Arguments.of(
                        DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 20, 1, 2, 32, 32, 2),
                        16,
                        Precision.TENSOR),
                Arguments.of(DeltaCase.of(Variant.SSD, Gate.SCALAR, 1, 40, 1, 2, 48, 32, 1), 32, Precision.TENSOR),
                Arguments.of(DeltaCase.of(Variant.SSD, Gate.NONE, 1, 1, 1, 2, 16, 32, 1), 16, Precision.TENSOR_SPLIT));
    }

    private static PlanSpec spec(DeltaCase c, int C, Precision precision) {
        return PlanSpec.of(c.variant(), c.shape())
                .withForm(Form.CHUNK)
                .withChunkSize(C)
                .onDevice(TestDevice.id())
                .withPrecision(precision);
    }

    /** PoCL and the like have no such products, and say so. */
    private static void assumeTensorCores() {
        Device device = TornadoDevices.named(TestDevice.id()).device();
        assumeTrue(TensorCoreProducts.BACKENDS.contains(device.backend()), device + " has no tensor cores");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void costsAtMostTwiceWhatRoundedInputsDo(DeltaCase c, int C, Precision precision) {
        assumeTensorCores();
        PlanSpec spec = spec(c, C, precision);
        DeltaOutputs out = Verify.run(new TornadoEngine(), spec, c.inputs());
        DeltaReference.Result exact = DeltaReference.recurrent(c.variant(), c.inputs(), spec.scale());
        DeltaReference.Result rounded =
                DeltaReference.recurrent(c.variant(), rounded(c.inputs(), precision), spec.scale());
        double floor = Float32Recurrence.tolerance(c.variant(), c.inputs(), spec.scale(), exact);
        new RoundingCost(exact, rounded, floor).allows(out);
    }

    private static DeltaInputs rounded(DeltaInputs in, Precision precision) {
        DoubleUnaryOperator rounding =
                precision == Precision.TENSOR ? TensorPrecisionTest::term : x -> term(x) + term(x - term(x));
        DeltaInputs all = in;
        for (Input each : OPERANDS) {
            if (in.get(each) != null) {
                all = all.with(each, RoundingCost.rounded(in.get(each), rounding));
            }
        }
        return in.initialState() == null
                ? all
                : all.withInitialState(RoundingCost.rounded(in.initialState(), rounding));
    }

    private static double term(double x) {
        return BFloat16.bf16ToFloat(BFloat16.bf16FromFloat((float) x));
    }

    /** A state that stays goes on from where the last run ended, and a shorter run than planned is like one of its own. */
    @Test
    void aKeptStateGoesOn() {
        assumeTensorCores();
        DeltaCase first = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 20, 1, 2, 16, 16, 1);
        DeltaCase second = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 9, 1, 2, 16, 16, 1);
        PlanSpec spec = spec(first, 16, Precision.TENSOR_SPLIT);
        DeltaInputs stateless = second.inputs().withInitialState(null);
        try (DeltaPlan plan = new TornadoEngine().plan(spec.keepingState())) {
            plan.loadState(first.inputs().initialState());
            DeltaOutputs before = DeltaOutputs.poisoned(first.shape());
            plan.run(first.inputs().withInitialState(null), before);
            DeltaOutputs after = plan.run(stateless);
            DeltaInputs resumed = second.inputs().withInitialState(before.finalState());
            DeltaReference.Result exact = DeltaReference.recurrent(spec.variant(), resumed, spec.scale());
            assertTrue(Comparison.of("o", exact.o(), after.o()).within(2e-5));
            assertTrue(Comparison.of("state", exact.finalState(), after.finalState())
                    .within(2e-5));
        }
    }

    /** Of a token alone too: the engine's own choice of form would have no products. */
    @Test
    void chunksAreTheOnlyForm() {
        DeltaCase c = DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 1, 1, 1, 16, 16, 1);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withPrecision(Precision.TENSOR);
        assertEquals(Form.CHUNK, new TornadoEngine().form(spec, 1, false));
        assertEquals(Form.RECURRENT, new TornadoEngine().form(spec.withPrecision(Precision.FLOAT32), 1, false));
        refused(spec.withForm(Form.RECURRENT), "expected form chunk but found recurrent");
    }

    @Test
    void whatItDoesNotDoIsRefusedByName() {
        refused(spec(DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 4, 1, 1, 16, 16, 1)), "but found gate channel");
        refused(spec(DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 4, 1, 1, 24, 16, 1)), "multiples of 16", "K 24");
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 4, 1, 1, 16, 16, 1);
        refused(spec(c.withLevels(0)), "one state per head", "log-linear levels");
        refused(spec(c).withStorage(Storage.BFLOAT16), "storage float32", "but found bfloat16");
        refused(
                spec(DeltaCase.of(Variant.DELTALENS, Gate.SCALAR, 1, 4, 1, 1, 16, 16, 1)
                        .withCrossRead(1)),
                "the linear read alone");
        for (DeltaEngine engine : List.of(new TornadoEngine(), new ReferenceEngine(), new CpuEngine())) {
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> engine.gradientPlan(spec(c).onDevice(null)));
            assertTrue(e.getMessage().contains("expected float32 but found tensor"), e.getMessage());
        }
        for (DeltaEngine engine : List.of(new ReferenceEngine(), new CpuEngine())) {
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> engine.plan(spec(c).onDevice(null)));
            assertTrue(e.getMessage().contains("CUDA"), e.getMessage());
        }
    }

    private static PlanSpec spec(DeltaCase c) {
        return spec(c, 16, Precision.TENSOR);
    }

    private static void refused(PlanSpec spec, String... parts) {
        String message = assertThrows(InvalidInputException.class, () -> new TornadoEngine().plan(spec))
                .getMessage();
        assertTrue(message.startsWith("precision tensor: expected "), message);
        assertTrue(message.endsWith("; use precision float32"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPENCL", "SPIRV", "PTX", "METAL"})
    void devicesWithoutSuchProductsAreRefused(String backend) {
        Device device = new Device("some:0:0", "a card", "gpu", backend, 0, true);
        PlanSpec spec = spec(DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 4, 1, 1, 16, 16, 1));
        EngineUnavailableException e =
                assertThrows(EngineUnavailableException.class, () -> TensorCoreProducts.check(spec, device));
        assertEquals(
                "precision tensor: expected a device of TornadoVM's CUDA backend, which alone has matrix products of bfloat16,"
                        + " but found some:0:0 (a card) of its " + backend
                        + " backend; install an SDK with that backend, or use precision float32",
                e.getMessage());
        TensorCoreProducts.check(spec, new Device("cuda:0:0", "a card", "gpu", "CUDA", 0, true));
    }

    @Test
    void precisionsHaveNames() {
        for (Precision each : Precision.values()) {
            assertEquals(each, Precision.of(each.id()));
        }
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> Precision.of("half"));
        assertEquals("precision: expected float32, tensor, tensor2 but found 'half'", e.getMessage());
    }
}
