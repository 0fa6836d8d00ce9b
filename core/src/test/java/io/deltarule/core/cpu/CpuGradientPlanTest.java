package io.deltarule.core.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.VerifyGradients;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of the CPU engine's backward pass is its own: threads, memory, refusals. */
@Tag(TestScope.THOROUGH)
class CpuGradientPlanTest {
    private static final DeltaCase CASE =
            DeltaCase.of(Variant.DELTALENS, Gate.SCALAR, 1, 1, 3, 6, 24, 20, 1).packed(70, 0, 33, 1);

    private static DeltaGradients run(int threads, DeltaCase c) {
        return VerifyGradients.run(
                new CpuEngine(threads), PlanSpec.of(c.variant(), c.shape()), c.inputs(), c.cotangents());
    }

    @ParameterizedTest
    @EnumSource(Gate.class)
    void sameBitsWithAnyNumberOfThreads(Gate gate) {
        DeltaCase c = DeltaCase.of(Variant.DELTALENS, gate, 1, 1, 3, 6, 24, 20, 1)
                .packed(70, 0, 33, 1)
                .withCrossRead(1);
        DeltaGradients one = run(1, c);
        for (int threads : new int[] {2, 3, 5}) {
            VerifyGradients.agree(threads + " threads", one, run(threads, c), 0);
        }
    }

    @Test
    void tensorsMayLieAnywhere() {
        DeltaInputs in = CASE.inputs();
        DeltaGradients heap = run(2, CASE);
        try (Arena arena = Arena.ofConfined()) {
            Map<Input, Tensor> offHeap = new EnumMap<>(Input.class);
            in.tensors()
                    .forEach((input, t) ->
                            offHeap.put(input, Tensor.allocate(arena, t.dims()).fill(Float.NaN)));
            DeltaGradients out = new DeltaGradients(
                    offHeap, Tensor.allocate(arena, in.initialState().dims()).fill(Float.NaN));
            DeltaCotangents given = CASE.cotangents();
            DeltaCotangents moved = new DeltaCotangents(
                    copy(arena, given.o()), copy(arena, given.oCross()), copy(arena, given.finalState()));
            try (GradientPlan plan = new CpuEngine(2).gradientPlan(PlanSpec.of(CASE.variant(), CASE.shape()))) {
                plan.run(in, moved, out);
            }
            VerifyGradients.agree("off-heap", heap, out, 0);
        }
    }

    private static Tensor copy(Arena arena, Tensor from) {
        return Tensor.allocate(arena, from.dims()).copyFrom(from);
    }

    @Test
    void namesWhatIsNotFinite() {
        DeltaCotangents given = CASE.cotangents();
        given.o().set(6 * 20 * 3 + 5, Float.NaN);
        assertEquals(
                "d_o: expected finite numbers but found NaN at row-major index 365", failure(CASE.inputs(), given));
        given = CASE.cotangents();
        given.finalState().set(7, Float.POSITIVE_INFINITY);
        assertEquals(
                "d_final_state: expected finite numbers but found Infinity at row-major index 7",
                failure(CASE.inputs(), given));
        given = CASE.cotangents();
        given.finalState().set(6 * 24 * 20 + 2, Float.NaN); // of the empty sequence
        assertEquals(
                "d_final_state: expected finite numbers but found NaN at row-major index 2882",
                failure(CASE.inputs(), given));
        DeltaInputs in = CASE.inputs();
        in.get(Input.V).set(11, Float.NaN);
        assertEquals("v: expected finite numbers but found NaN at row-major index 11", failure(in, CASE.cotangents()));
        DeltaInputs growing = CASE.inputs();
        growing.get(Input.BETA).fill(1e6f); // an erasure that overshoots
        String message = failure(growing, CASE.cotangents());
        assertTrue(message.contains("grew beyond float32"), message);
    }

    private static String failure(DeltaInputs in, DeltaCotangents given) {
        try (GradientPlan plan = new CpuEngine(1).gradientPlan(PlanSpec.of(CASE.variant(), CASE.shape()))) {
            return assertThrows(NumericException.class, () -> plan.run(in, given))
                    .getMessage();
        }
    }

    @ParameterizedTest
    @EnumSource(Gate.class)
    void aFailedRunLeavesNothingBehind(Gate gate) {
        DeltaCase c = DeltaCase.of(Variant.DELTALENS, gate, 1, 40, 1, 2, 12, 20, 1); // rows are padded
        DeltaInputs bad = c.inputs();
        bad.get(Input.BETA).set(3, Float.NaN);
        try (GradientPlan plan = new CpuEngine(1).gradientPlan(PlanSpec.of(c.variant(), c.shape()))) {
            assertThrows(NumericException.class, () -> plan.run(bad, c.cotangents()));
            VerifyGradients.agree("after a failure", run(1, c), plan.run(c.inputs(), c.cotangents()), 0);
        }
    }

    @Test
    void refusesWhatItDoesNotDo() {
        DeltaShape shape = CASE.shape();
        PlanSpec spec = PlanSpec.of(CASE.variant(), shape);
        String form = assertThrows(
                        InvalidInputException.class, () -> new CpuEngine(1).gradientPlan(spec.withForm(Form.RECURRENT)))
                .getMessage();
        assertTrue(form.contains("expected chunk but found recurrent"), form);
        String size = assertThrows(
                        InvalidInputException.class,
                        () -> new CpuEngine(1).gradientPlan(spec.withChunkSize(CpuEngine.MAX_CHUNK + 1)))
                .getMessage();
        assertTrue(size.contains("1 to 256"), size);
    }
}
