package io.deltarule.core.cpu.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(TestScope.THOROUGH)
class ExponentialTest {
    private static float exp(float x) {
        float[] numbers = new float[2 * Lanes.COUNT];
        Arrays.fill(numbers, x);
        Exponential.apply(1, numbers, 0, numbers, 0, numbers.length);
        assertEquals(numbers[0], numbers[numbers.length - 1]);
        return numbers[0];
    }

    @Test
    void expIsAsAccurateAsItSays() {
        double worst = 0;
        for (float x = -87.33f; x < 88.72f; x += 0.00137f) {
            double exact = Math.exp(x);
            worst = Math.max(worst, Math.abs(exp(x) - exact) / exact);
        }
        assertTrue(worst < 0x1p-22, "relative error " + worst);
    }

    @Test
    void expAtTheEdges() {
        assertEquals(1, exp(0));
        assertEquals(1, exp(-0f));
        assertEquals(0, exp(Float.NEGATIVE_INFINITY));
        assertEquals(0, exp(-1e4f));
        assertEquals(0, exp(-87.4f));
        assertEquals(Float.POSITIVE_INFINITY, exp(Float.POSITIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, exp(88.8f));
        assertEquals(Float.NaN, exp(Float.NaN));
        assertTrue(Float.isFinite(exp(88.72f)));
    }

    @Test
    void multipliesByTheFactorFirst() {
        float[] numbers = new float[Lanes.COUNT];
        Arrays.fill(numbers, 2);
        Exponential.apply(-1, numbers, 0, numbers, 0, numbers.length);
        assertEquals(Math.exp(-2), numbers[0], Math.exp(-2) * 0x1p-22);
    }

    @Test
    void isTheSameOffHeapInManyBlocks() {
        int count = 1024 + 3 * Lanes.COUNT;
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i * 0.05f - 30;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_FLOAT, numbers);
            MemorySegment y = arena.allocate(x.byteSize() + 8, Float.BYTES).fill((byte) -1);
            Exponential.apply(-1, x, 0, y, 4, x.byteSize());
            Exponential.apply(-1, numbers, 0, numbers, 0, count);
            assertArrayEquals(numbers, y.asSlice(4, x.byteSize()).toArray(ValueLayout.JAVA_FLOAT));
            assertEquals(-1, y.get(ValueLayout.JAVA_INT, 0));
            assertEquals(-1, y.get(ValueLayout.JAVA_INT, x.byteSize() + 4));
        }
    }
}
