package io.deltarule.peer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.PeerEngine;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.Verify;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TorchEngineTest {
    private final DeltaEngine engine = new TorchEngine();

    /** Every shared case of the two rules that it knows. */
    static Stream<DeltaCase> cases() {
        return Stream.of(DeltaCases.small(), DeltaCases.edges(), DeltaCases.large())
                .flatMap(List::stream)
                .filter(c -> c.variant() == Variant.DELTA_RULE || c.variant() == Variant.GATED_DELTA_RULE)
                .filter(c -> !c.shape().crossRead());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void chunksMatchTheReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withScale(0.3);
        Verify.Expected expected = Verify.expected(spec, in);
        for (int C : new int[] {64, 16, 5, 1}) {
            expected.matches("chunk " + C, Verify.run(engine, spec.withChunkSize(C), in));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tokensMatchTheReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withForm(Form.RECURRENT);
        Verify.matchesReference("recurrent", spec, in, Verify.run(engine, spec, in));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tensorsOffHeapAreReadAndWrittenWhereTheyLie(DeltaCase c) {
        try (Arena arena = Arena.ofConfined()) {
            DeltaInputs heap = c.inputs();
            DeltaInputs in = heap.withInitialState(copy(arena, heap.initialState()));
            for (Map.Entry<Input, Tensor> entry : heap.tensors().entrySet()) {
                in = in.with(entry.getKey(), copy(arena, entry.getValue()));
            }
            DeltaOutputs shapes = DeltaOutputs.poisoned(c.shape());
            DeltaOutputs out = new DeltaOutputs(copy(arena, shapes.o()), copy(arena, shapes.finalState()));
            PlanSpec spec = PlanSpec.of(c.variant(), c.shape());
            try (DeltaPlan plan = engine.plan(spec)) {
                plan.run(in, out);
            }
            Verify.matchesReference("off-heap", spec, heap, out);
            for (Map.Entry<Input, Tensor> entry : heap.tensors().entrySet()) {
                Tensor used = in.get(entry.getKey());
                assertArrayEquals(entry.getValue().toArray(), used.toArray(), () -> entry.getKey() + " was modified");
            }
        }
    }

    private static Tensor copy(Arena arena, Tensor tensor) {
        return Tensor.allocate(arena, tensor.dims()).copyFrom(tensor);
    }

    @Test
    void keepsItsState() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 2, 1, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs();
        for (Form form : List.of(Form.RECURRENT, Form.CHUNK)) {
            PlanSpec spec = PlanSpec.of(c.variant(), c.shape()).withForm(form);
            DeltaOutputs first = Verify.run(engine, spec, in);
            DeltaInputs second = in.withInitialState(first.finalState());
            try (DeltaPlan plan = engine.plan(spec.keepingState())) {
                Tensor loaded = Tensor.zeros(in.initialState().dims()).copyFrom(in.initialState());
                plan.loadState(loaded);
                loaded.fill(Float.NaN);
                plan.run(in.withInitialState(null));
                DeltaOutputs out = plan.run(in.withInitialState(null));
                Tensor saved = Tensor.zeros(loaded.dims()).fill(Float.NaN);
                plan.saveState(saved);
                Verify.matchesReference("kept, " + form, spec, second, new DeltaOutputs(out.o(), saved));
                plan.loadState(null);
                plan.saveState(saved);
                for (float zero : saved.toArray()) {
                    assertEquals(0, zero);
                }
            }
        }
    }

    @Test
    void saysWhatItDoesNot() {
        DeltaShape channel = new DeltaShape(1, 8, 1, 1, 8, 8, 1, 1, Gate.CHANNEL);
        String message = assertThrows(InvalidInputException.class, () -> engine.plan(PlanSpec.of(Variant.KDA, channel)))
                .getMessage();
        assertTrue(message.contains("but found kda, gate channel"), message);
    }

    @Test
    void isFoundAndNeverChosen() {
        assertTrue(Engines.all().stream().anyMatch(TorchEngine.class::isInstance));
        assertNotSame(TorchEngine.class, Engines.automatic().getClass());
        assertTrue(Engines.named("torch").devices().stream().noneMatch(d -> d.automatic()));
    }

    @Test
    void multiplies() {
        try (PeerEngine.Products products = new TorchEngine().products(8)) {
            assertDoesNotThrow(products::run);
            assertEquals(2.0 * 8 * 8 * 8 * 4 * new TorchEngine().threads(), products.flops());
        }
    }
}
