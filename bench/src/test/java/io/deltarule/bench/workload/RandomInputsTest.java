package io.deltarule.bench.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class RandomInputsTest {
    private static DeltaShape shape(int T, int H) {
        return new DeltaShape(1, T, H, H, 4, 4, 1, 1, Gate.SCALAR);
    }

    /** Engines warn of tensors that have fewer tokens than heads and no boundaries. */
    @Test
    void fewerTokensThanHeadsSayThatTheyAreMeant() {
        try (Arena arena = Arena.ofConfined()) {
            DeltaInputs few = RandomInputs.of(Variant.GATED_DELTA_RULE, shape(3, 8), arena);
            assertArrayEquals(new int[] {0, 3}, few.cuSeqlens());
            assertEquals(shape(3, 8), few.validate(Variant.GATED_DELTA_RULE));
            assertNull(RandomInputs.of(Variant.GATED_DELTA_RULE, shape(8, 8), arena)
                    .cuSeqlens());
        }
    }
}
