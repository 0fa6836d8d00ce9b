package io.deltarule.core.cpu.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockRowsTest {
    private static final int ROWS = 8;

    /** To the last bit, at odd addresses, and nothing past the end is written. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "BF16", "F16", "F8_E4M3"})
    void widensAsTheFormatSays(WeightType type) {
        Weight weight = RandomBlocks.weight(type, ROWS, 1024);
        try (Arena arena = Arena.ofConfined()) {
            for (int count = type.block(); count <= 1024; count += type.block()) {
                MemorySegment found = arena.allocate(4L * (count + 2), 4).fill((byte) 0x55);
                BlockRows.widen(type, weight.data(), type.bytes(1024), found, 4, count);
                assertEquals(0x55555555, found.getAtIndex(ValueLayout.JAVA_INT, 0));
                assertEquals(0x55555555, found.getAtIndex(ValueLayout.JAVA_INT, count + 1));
                for (int i = 0; i < count; i++) {
                    assertEquals(weight.get(1024 + i), found.getAtIndex(ValueLayout.JAVA_FLOAT, 1 + i), "number " + i);
                }
            }
        }
    }

    /** Against float64 with the values of the blocks. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "BF16", "F16", "F8_E4M3"})
    void dotMatchesFloat64(WeightType type) {
        Random random = new Random(3);
        for (int n : new int[] {256, 512, 1024, 3584}) {
            Weight weight = RandomBlocks.weight(type, ROWS, n);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment x = arena.allocate(4L * (n + 3), 4);
                for (int i = 0; i < n; i++) {
                    x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 + i, (float) random.nextGaussian());
                }
                MemorySegment four = arena.allocate(4L * 9, 4).fill((byte) -1);
                long stride = type.bytes(2L * n);
                BlockRows.four(type, weight.data(), type.bytes(n), stride, x, 12, n, four, 4, 2);
                for (int row = 0; row < ROWS; row++) {
                    double expected = 0;
                    double size = 0;
                    for (int i = 0; i < n; i++) {
                        double term =
                                weight.get((long) row * n + i) * (double) x.getAtIndex(ValueLayout.JAVA_FLOAT, 3 + i);
                        expected += term;
                        size += Math.abs(term);
                    }
                    float found = BlockRows.dot(type, weight.data(), type.bytes((long) row * n), x, 12, n);
                    assertEquals(expected, found, size * 0x1p-20, "row " + row + " of " + n);
                    // of the four rows 1, 3, 5 and 7, two floats apart
                    float together = four.getAtIndex(ValueLayout.JAVA_FLOAT, row);
                    if (row % 2 == 0) {
                        assertTrue(Float.isNaN(together), "place " + row);
                    } else {
                        assertEquals(expected, together, size * 0x1p-20, "row " + row + " of four of " + n);
                    }
                }
            }
        }
    }
}
