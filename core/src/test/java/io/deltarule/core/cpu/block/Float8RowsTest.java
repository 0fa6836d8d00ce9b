package io.deltarule.core.cpu.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.layer.BlockScales;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Float8RowsTest {
    private static final int ROWS = 300;
    private static final int FIRST = 3; // where x begins, among NaN

    private static MemorySegment vector(Arena arena, int n) {
        Random random = new Random(5);
        MemorySegment x = arena.allocate(4L * (n + 6), 4).fill((byte) -1);
        for (int i = 0; i < n; i++) {
            x.setAtIndex(ValueLayout.JAVA_FLOAT, FIRST + i, (float) random.nextGaussian());
        }
        return x;
    }

    /** Against float64 with the values of the bytes, rows of several blocks of scales, the last of them cut off. */
    @ParameterizedTest
    @ValueSource(ints = {64, 128, 448, 1024})
    void twoMatchFloat64(int n) {
        Weight weight = RandomBlocks.weight(WeightType.F8_E4M3, ROWS, n);
        Weight unscaled = Weight.view(weight.data(), WeightType.F8_E4M3, ROWS, n);
        assumeTrue(Float8Rows.take(n, weight.scales())); // not on machines with vectors of 128 bits
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = vector(arena, n);
            for (Weight w : new Weight[] {weight, unscaled}) {
                for (int row : new int[] {0, 127, 128, ROWS - 1}) {
                    int other = (row + 150) % ROWS;
                    MemorySegment y = arena.allocate(4L * 4, 4).fill((byte) -1);
                    assertTrue(Float8Rows.two(w.data(), w.scales(), row, other, x, 4 * FIRST, n, y, 4, 8));
                    assertTrue(Float.isNaN(y.getAtIndex(ValueLayout.JAVA_FLOAT, 0)));
                    assertTrue(Float.isNaN(y.getAtIndex(ValueLayout.JAVA_FLOAT, 3)));
                    check(w, row, n, x, y.getAtIndex(ValueLayout.JAVA_FLOAT, 1));
                    check(w, other, n, x, y.getAtIndex(ValueLayout.JAVA_FLOAT, 2));
                }
            }
        }
    }

    private static void check(Weight weight, int row, int n, MemorySegment x, float found) {
        double expected = 0;
        double size = 0;
        for (int i = 0; i < n; i++) {
            double term = weight.get((long) row * n + i) * (double) x.getAtIndex(ValueLayout.JAVA_FLOAT, FIRST + i);
            expected += term;
            size += Math.abs(term);
        }
        assertEquals(expected, found, size * 0x1p-20, "row " + row + " of " + n);
    }

    @Test
    void everyNumberIsWhatTheFormatSays() {
        assumeTrue(Float8Rows.take(256, null));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(2 * 256);
            MemorySegment x = arena.allocate(4 * 256, 4);
            MemorySegment y = arena.allocate(8, 4);
            for (int bits = 0; bits < 256; bits++) {
                bytes.fill((byte) 0);
                bytes.set(ValueLayout.JAVA_BYTE, 5, (byte) bits);
                x.fill((byte) 0);
                x.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 1);
                Weight weight = Weight.view(bytes, WeightType.F8_E4M3, 2, 256);
                boolean taken = Float8Rows.two(bytes, null, 0, 1, x, 0, 256, y, 0, 4);
                assertEquals(Float.isNaN(weight.get(5)), !taken, "bits " + bits);
                if (taken) {
                    assertEquals(weight.get(5) + 0f, y.getAtIndex(ValueLayout.JAVA_FLOAT, 0), "bits " + bits);
                }
            }
        }
    }

    @Test
    void aNanOfEitherRowIsLeftToOthersAndOddLengthsAreToo() {
        assertFalse(Float8Rows.take(100, null));
        assertFalse(Float8Rows.take(128, BlockScales.of(new float[64], 16, 128, 128)));
        assumeTrue(Float8Rows.take(128, null));
        Weight weight = RandomBlocks.weight(WeightType.F8_E4M3, 3, 128);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = vector(arena, 128);
            MemorySegment y = arena.allocate(8, 4);
            weight.data().set(ValueLayout.JAVA_BYTE, 128 + 127, (byte) 0xff);
            assertFalse(Float8Rows.two(weight.data(), weight.scales(), 0, 1, x, 12, 128, y, 0, 4));
            assertFalse(Float8Rows.two(weight.data(), weight.scales(), 1, 2, x, 12, 128, y, 0, 4));
            assertTrue(Float8Rows.two(weight.data(), weight.scales(), 0, 2, x, 12, 128, y, 0, 4));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> Float8Rows.two(weight.data(), weight.scales(), 0, 3, x, 12, 128, y, 0, 4));
        }
    }
}
