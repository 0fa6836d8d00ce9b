package io.deltarule.core.cpu.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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

    /** Against float64 with the values of the blocks; x, rows and products lie at odd places among NaN. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "BF16", "F16", "F8_E4M3"})
    void twoMatchFloat64(WeightType type) {
        Random random = new Random(3);
        for (int n : new int[] {type.block(), 3 * type.block(), 1024, 3584}) {
            Weight weight = RandomBlocks.weight(type, ROWS, n);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment x = arena.allocate(4L * (n + 6), 4).fill((byte) -1);
                for (int i = 0; i < n; i++) {
                    x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 + i, (float) random.nextGaussian());
                }
                MemorySegment prepared =
                        arena.allocate(4L * (BlockRows.prepared(n) + 5), 4).fill((byte) -1);
                BlockRows.prepare(type, x, 12, n, prepared, 20);
                for (int row = 0; row < ROWS; row++) {
                    int other = (5 * row + 2) % ROWS;
                    MemorySegment y = arena.allocate(4L * 6, 4).fill((byte) -1);
                    long at = type.bytes((long) row * n);
                    long otherAt = type.bytes((long) other * n);
                    BlockRows.pairs(type, 1, weight.data(), at, otherAt, prepared, 20, n, y, 4, 16);
                    for (int place : new int[] {0, 2, 3, 5}) {
                        assertTrue(Float.isNaN(y.getAtIndex(ValueLayout.JAVA_FLOAT, place)), "place " + place);
                    }
                    check(weight, row, n, x, y.getAtIndex(ValueLayout.JAVA_FLOAT, 1));
                    check(weight, other, n, x, y.getAtIndex(ValueLayout.JAVA_FLOAT, 4));
                }
            }
        }
    }

    private static void check(Weight weight, int row, int n, MemorySegment x, float found) {
        double expected = 0;
        double size = 0;
        for (int i = 0; i < n; i++) {
            double term = weight.get((long) row * n + i) * (double) x.getAtIndex(ValueLayout.JAVA_FLOAT, 3 + i);
            expected += term;
            size += Math.abs(term);
        }
        assertEquals(expected, found, size * 0x1p-20, "row " + row + " of " + n);
    }

    /** What has no bytes to be read is refused, and not read. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "BF16", "F16", "F8_E4M3"})
    void rowsPastTheEndAreRefused(WeightType type) {
        int n = type.block();
        Weight weight = RandomBlocks.weight(type, 2, n);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4L * BlockRows.prepared(n), 4);
            MemorySegment y = arena.allocate(8, 4);
            long past = type.bytes(n) + 1;
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> BlockRows.pairs(type, 1, weight.data(), 0, past, x, 0, n, y, 0, 4));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> BlockRows.pairs(type, 1, weight.data(), -1, 0, x, 0, n, y, 0, 4));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> BlockRows.pairs(type, 1, weight.data(), 0, 0, x.asSlice(4), 0, n, y, 0, 4));
        }
    }
}
