package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentOperation;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.Float32Recurrence;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerCases;
import io.deltarule.core.testkit.Verify;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tensors kept in 16 bits: what that may cost is twice what rounding the inputs alone costs.
 *
 * <pre>  error ≤ 2 · |float64 of rounded inputs − float64| + float32's own floor </pre>
 */
class StorageTest {
    static List<Arguments> cases() {
        List<Arguments> all = new ArrayList<>();
        List<DeltaCase> some = new ArrayList<>(DeltaCases.small());
        some.addAll(DeltaCases.selectiveReads());
        DeltaCases.small().stream()
                .filter(c -> c.shape().householders() == 1)
                .limit(3)
                .forEach(c -> some.add(c.withLevels(1)));
        for (DeltaCase c : some) {
            for (Storage storage : List.of(Storage.BFLOAT16, Storage.FLOAT16)) {
                for (Form form : List.of(Form.CHUNK, Form.RECURRENT)) {
                    all.add(Arguments.of(c, form, storage));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void costsAtMostTwiceWhatRoundedInputsDo(DeltaCase c, Form form, Storage storage) {
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape())
                .withForm(form)
                .withChunkSize(16)
                .onDevice(TestDevice.id())
                .withStorage(storage);
        DeltaOutputs out = Verify.run(new TornadoEngine(), spec, c.inputs());
        DeltaReference.Result exact = DeltaReference.recurrent(c.variant(), c.inputs(), spec.scale());
        DeltaReference.Result rounded =
                DeltaReference.recurrent(c.variant(), rounded(c.inputs(), storage), spec.scale());
        double floor = Float32Recurrence.tolerance(c.variant(), c.inputs(), spec.scale(), exact);
        new RoundingCost(exact, rounded, floor).allows(out);
    }

    private static DeltaInputs rounded(DeltaInputs in, Storage storage) {
        DeltaInputs all = in;
        for (Input each : Input.values()) {
            if (each != Input.G && in.get(each) != null) {
                all = all.with(each, RoundingCost.rounded(in.get(each), x -> storage.round((float) x)));
            }
        }
        return all;
    }

    /** A state that stays is float32 and goes on from where the last run ended. */
    @ParameterizedTest
    @EnumSource(
            value = Storage.class,
            names = {"BFLOAT16", "FLOAT16"})
    void aKeptStateIsNotRounded(Storage storage) {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 20, 1, 2, 16, 16, 1);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape())
                .onDevice(TestDevice.id())
                .withStorage(storage)
                .keepingState();
        try (DeltaPlan plan = new TornadoEngine().plan(spec)) {
            Tensor state = c.inputs().initialState();
            plan.loadState(state);
            Tensor saved = Tensor.zeros(state.dims());
            plan.saveState(saved);
            assertArrayEquals(state.toArray(), saved.toArray());
            DeltaOutputs out = DeltaOutputs.poisoned(c.shape());
            plan.run(c.inputs().withInitialState(null), out);
            plan.saveState(saved);
            assertArrayEquals(out.finalState().toArray(), saved.toArray());
        }
    }

    /** A device tensor of 16 bits gives back what it was set to, rounded, and its operation's results as the plain plan's. */
    @ParameterizedTest
    @EnumSource(
            value = Storage.class,
            names = {"BFLOAT16", "FLOAT16"})
    void tensorsThatStayAreKeptSo(Storage storage) {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 20, 1, 2, 16, 16, 1);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape())
                .withForm(Form.CHUNK)
                .withChunkSize(16)
                .onDevice(TestDevice.id())
                .withStorage(storage);
        DeltaOutputs plain = Verify.run(new TornadoEngine(), spec, c.inputs());
        try (ResidentPlan plan = new TornadoEngine().residentPlan(ResidentSpec.of(spec))) {
            ResidentOperation one = plan.operation(0);
            for (Input input : c.variant().inputs()) {
                one.input(input).set(c.inputs().get(input));
            }
            if (c.shape().gate() != Gate.NONE) {
                one.input(Input.G).set(c.inputs().get(Input.G));
            }
            one.initialState().set(c.inputs().initialState());
            plan.forward();
            assertArrayEquals(plain.o().toArray(), one.output(Output.O).get().toArray());
        }
    }

    @Test
    void whatHasNoSixteenBitsRefusesByName() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 4, 1, 1, 16, 16, 1);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withStorage(Storage.BFLOAT16);
        for (DeltaEngine engine : List.of(new TornadoEngine(), new ReferenceEngine(), new CpuEngine())) {
            refused(() -> engine.gradientPlan(spec));
        }
        for (DeltaEngine engine : List.of(new ReferenceEngine(), new CpuEngine())) {
            refused(() -> engine.plan(spec));
        }
        LayerCase layer = LayerCases.programs().getFirst();
        LayerSpec stored = layer.spec(4, 1, 4).withStorage(Storage.FLOAT16);
        for (LayerEngine engine : List.of(new ReferenceEngine(), new CpuEngine())) {
            refused(() -> engine.plan(stored));
        }
    }

    @Test
    void whatIsPlannedTogetherIsKeptAlike() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 4, 1, 1, 16, 16, 1);
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).onDevice(TestDevice.id());
        ResidentSpec both = ResidentSpec.of(spec).then(spec.withStorage(Storage.BFLOAT16));
        refused("float32 and bfloat16", () -> new TornadoEngine().residentPlan(both));
        LayerSpec layer = LayerCases.programs().getFirst().spec(4, 1, 4).onDevice(TestDevice.id());
        List<LayerSpec> layers = List.of(layer.withStorage(Storage.FLOAT16), layer);
        refused("float16 and float32", () -> new TornadoEngine().plans(layers));
    }

    private static void refused(Executable what) {
        refused("storage: engine", what);
    }

    private static void refused(String part, Executable what) {
        InvalidInputException e = assertThrows(InvalidInputException.class, what);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
