package io.deltarule.bench.verification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Tensor;
import org.junit.jupiter.api.Test;

class ValueHeadSliceTest {
    @Test
    void theFirstAndTheLastHeadAreAmongSome() {
        DeltaShape many = new DeltaShape(1, 64, 64, 64, 128, 128, 1, 1, Gate.SCALAR);
        assertArrayEquals(
                new ValueHeadSlice[] {new ValueHeadSlice(0, 0), new ValueHeadSlice(0, 31), new ValueHeadSlice(0, 63)},
                ValueHeadSlice.spread(many, 3));
    }

    @Test
    void aHeadHasAllItsLevels() {
        Tensor states = Tensor.zeros(2, 3, 4, 1, 2);
        for (int i = 0; i < states.size(); i++) {
            states.set(i, i);
        }
        Tensor part = new ValueHeadSlice(1, 2).state(states);
        assertArrayEquals(new int[] {1, 1, 4, 1, 2}, part.dims());
        assertArrayEquals(new float[] {40, 41, 42, 43, 44, 45, 46, 47}, part.toArray());
        DeltaShape shape = new DeltaShape(2, 8, 3, 3, 1, 2, 1, 2, Gate.NONE).withLevels(4);
        assertEquals(6, ValueHeadSlice.spread(shape, 100).length);
        assertEquals(4, ValueHeadSlice.shape(shape).levels());
    }
}
