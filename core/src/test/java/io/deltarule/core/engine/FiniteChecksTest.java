package io.deltarule.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class FiniteChecksTest {
    @Test
    void theFirstNumberThatIsNotFiniteIsFoundWhereverItLies() {
        int size = 20_000;
        try (Arena arena = Arena.ofConfined()) {
            Tensor tensor = Tensor.allocate(arena, size).fill(-Float.MAX_VALUE);
            assertEquals(-1, FiniteChecks.firstNotFinite(tensor));
            for (int at : new int[] {size - 1, 17_001, 8192, 8191, 0}) { // each before the last
                tensor.set(at, at % 2 == 0 ? Float.NEGATIVE_INFINITY : Float.NaN);
                assertEquals(at, FiniteChecks.firstNotFinite(tensor));
            }
        }
        assertEquals(-1, FiniteChecks.firstNotFinite(Tensor.zeros(0)));
    }
}
