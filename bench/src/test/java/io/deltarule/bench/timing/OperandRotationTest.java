package io.deltarule.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.workload.RandomInputs;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class OperandRotationTest {
    @Test
    void copiesTogetherAreTwiceTheCache() {
        assertEquals(1, OperandRotation.of(200, 100));
        assertEquals(2, OperandRotation.of(199, 100));
        assertEquals(20, OperandRotation.of(10, 100));
        assertEquals(64, OperandRotation.of(1, 100));
        assertEquals(64, OperandRotation.of(0, 100));
    }

    @Test
    void copiesHaveTheSameNumbersInOtherMemory() {
        DeltaShape shape = new DeltaShape(1, 5, 2, 2, 4, 3, 1, 1, Gate.SCALAR);
        try (Arena arena = Arena.ofShared();
                DeltaPlan plan = Engines.named("reference").plan(PlanSpec.of(Variant.GATED_DELTA_RULE, shape))) {
            DeltaInputs one = RandomInputs.of(Variant.GATED_DELTA_RULE, shape, arena);
            DeltaInputs other = RandomInputs.copy(one, arena);
            for (Input input : one.tensors().keySet()) {
                assertNotSame(one.get(input), other.get(input));
                assertTrue(
                        one.get(input).data().address()
                                != other.get(input).data().address(),
                        input.id());
            }
            DeltaOutputs expected = plan.run(one);
            one.get(Input.V).fill(Float.NaN);
            assertEquals(-1, expected.o().data().mismatch(plan.run(other).o().data()));
        }
    }
}
