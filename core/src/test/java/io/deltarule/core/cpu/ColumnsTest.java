package io.deltarule.core.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.delta.DeltaRun;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.Verify;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fewer heads than threads: parts of V's columns on threads of their own. */
@Tag(TestScope.THOROUGH)
class ColumnsTest {
    private static final CpuEngine ONE = new CpuEngine(1);
    private static final CpuEngine MANY = new CpuEngine(17);

    static Stream<DeltaCase> cases() {
        return Stream.of(
                DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 150, 1, 1, 32, 128, 1),
                DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 2, 70, 1, 2, 24, 192, 1),
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 1, 2, 2, 40, 128, 1).packed(65, 0, 31, 1),
                DeltaCase.of(Variant.GDN2, Gate.CHANNEL, 1, 90, 1, 2, 16, 256, 1),
                DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 70, 1, 1, 512, 512, 1),
                DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 70, 1, 1, 256, 384, 1),
                DeltaCase.of(Variant.COMBA, Gate.SCALAR, 1, 90, 1, 1, 33, 128, 1),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 47, 1, 1, 32, 320, 3));
    }

    private static PlanSpec spec(DeltaCase c) {
        return PlanSpec.of(c.variant(), c.shape());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void partsAreWhatTheWholeIs(DeltaCase c) {
        assertTrue(DeltaRun.columnParts(spec(c), 17) > 1, c.name());
        DeltaOutputs parts = Verify.run(MANY, spec(c), c.inputs());
        Verify.agree("17 threads", Verify.run(ONE, spec(c), c.inputs()), parts, 0);
        Verify.matchesReference("17 threads", spec(c), c.inputs(), parts);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPartKeepsItsColumnsOfTheState(DeltaCase c) {
        DeltaInputs in = c.inputs();
        try (DeltaPlan parts = MANY.plan(spec(c).keepingState());
                DeltaPlan whole = ONE.plan(spec(c).keepingState())) {
            for (DeltaPlan plan : new DeltaPlan[] {parts, whole}) {
                plan.loadState(in.initialState());
                plan.run(in.withInitialState(null));
            }
            assertArrayEquals(
                    whole.run(in.withInitialState(null)).o().toArray(),
                    parts.run(in.withInitialState(null)).o().toArray());
            assertArrayEquals(saved(whole, in), saved(parts, in));
        }
    }

    private static float[] saved(DeltaPlan plan, DeltaInputs in) {
        Tensor state = Tensor.zeros(in.initialState().dims()).fill(Float.NaN);
        plan.saveState(state);
        return state.toArray();
    }

    @Test
    void aNumberThatIsNotFiniteIsNamedWhereItLies() {
        DeltaCase c = cases().findFirst().orElseThrow();
        DeltaInputs in = c.inputs();
        long index = 100 * 128 + 127; // of the second part
        in.get(Input.V).set(index, Float.NaN);
        try (DeltaPlan plan = MANY.plan(spec(c))) {
            String message =
                    assertThrows(NumericException.class, () -> plan.run(in)).getMessage();
            assertTrue(message.startsWith("v: ") && message.endsWith("row-major index " + index), message);
            Verify.matchesReference("after failure", spec(c), c.inputs(), plan.run(c.inputs()));
        }
    }

    @Test
    void onlyHeadsThatWouldLeaveThreadsIdleAreCut() {
        assertEquals(2, DeltaRun.columnParts(spec(1, 128), 2));
        assertEquals(1, DeltaRun.columnParts(spec(1, 128), 1));
        assertEquals(1, DeltaRun.columnParts(spec(16, 128), 2), "as many heads as threads need");
        assertEquals(1, DeltaRun.columnParts(spec(1, 96), 64), "a part has a multiple of 64 columns");
        assertEquals(1, DeltaRun.columnParts(spec(1, 128).withForm(Form.RECURRENT), 2));
        PlanSpec read = PlanSpec.of(Variant.DELTALENS, spec(1, 128).shape().withCrossRead());
        assertEquals(1, DeltaRun.columnParts(read, 2), "a selective read sums over all columns");
    }

    private static PlanSpec spec(int heads, int V) {
        return PlanSpec.of(Variant.GATED_DELTA_RULE, new DeltaShape(1, 64, heads, heads, 64, V, 1, 1, Gate.SCALAR));
    }
}
