package io.deltarule.bench.verification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import org.junit.jupiter.api.Test;

class ValueHeadSliceTest {
    @Test
    void theFirstAndTheLastHeadAreAmongSome() {
        DeltaShape many = new DeltaShape(1, 64, 64, 64, 128, 128, 1, 1, Gate.SCALAR);
        assertArrayEquals(
                new ValueHeadSlice[] {new ValueHeadSlice(0, 0), new ValueHeadSlice(0, 31), new ValueHeadSlice(0, 63)},
                ValueHeadSlice.spread(many, 3));
    }
}
