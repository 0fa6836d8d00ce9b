package io.deltarule.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import org.junit.jupiter.api.Test;

class SuspiciousInputsTest {
    private static DeltaInputs inputs(int B, int T, int H, int HV) {
        return DeltaInputs.of(Tensor.zeros(B, T, H, 4), Tensor.zeros(B, T, H, 4), Tensor.zeros(B, T, HV, 2))
                .with(Input.BETA, Tensor.zeros(B, T, HV));
    }

    private static void swapped(boolean expected, DeltaInputs in) {
        DeltaShape shape = in.validate(Variant.DELTA_RULE);
        assertEquals(
                expected,
                SuspiciousInputs.looksSwapped(PlanSpec.of(Variant.DELTA_RULE, shape), shape, in),
                () -> "" + shape);
    }

    @Test
    void fewerTokensThanHeadsLookSwapped() {
        swapped(true, inputs(2, 4, 64, 64));
        swapped(true, inputs(1, 2, 3, 3));
        swapped(false, inputs(2, 64, 4, 4));
        swapped(false, inputs(2, 4, 4, 4));
    }

    /** There few tokens are nothing strange, or the swapped tensors would not have fitted each other. */
    @Test
    void stepsOfDecodingAndGroupedHeadsDoNot() {
        swapped(false, inputs(8, 1, 32, 32));
        swapped(false, inputs(1, 4, 16, 32));
        DeltaInputs packed = inputs(1, 3, 32, 32).withCuSeqlens(0, 1, 2, 3);
        swapped(false, packed);
        DeltaInputs few = inputs(1, 4, 64, 64);
        DeltaShape shape = few.validate(Variant.DELTA_RULE);
        PlanSpec keeping = PlanSpec.of(Variant.DELTA_RULE, shape).keepingState();
        assertEquals(false, SuspiciousInputs.looksSwapped(keeping, shape, few));
    }
}
