package io.deltarule.core.cpu.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BFloat16RowsTest {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ROWS = 11;

    /** Rows three apart, at an odd address, against float64; only the four outputs are written. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 31, 32, 33, 96, 1000, 1024, 3584})
    void fourRowsMatchFloat64(int n) {
        Random random = new Random(n);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment w = arena.allocate(2L * ROWS * n + 1, 2).asSlice(1);
            for (int i = 0; i < ROWS * n; i++) {
                w.set(SHORT, 2L * i, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16));
            }
            MemorySegment x = arena.allocate(4L * (n + 3), 4);
            for (int i = 0; i < n; i++) {
                x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 + i, (float) random.nextGaussian());
            }
            MemorySegment apart = arena.allocate(4L * (n + 16), 4).fill((byte) -1);
            BFloat16Rows.takeApart(x, 12, n, apart, 64);
            MemorySegment y = arena.allocate(4L * 9, 4).fill((byte) -1);
            BFloat16Rows.four(w, 2L * n, 3L * 2 * n, apart, 64, n, y, 4, 2);
            for (int i = 0; i < 9; i++) {
                float found = y.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                if (i % 2 == 0 || i > 7) {
                    assertTrue(Float.isNaN(found), "place " + i);
                    continue;
                }
                double expected = 0;
                double size = 0;
                for (int j = 0; j < n; j++) {
                    long row = 1 + 3L * (i / 2);
                    double weight = Float.intBitsToFloat(w.get(SHORT, 2 * (row * n + j)) << 16);
                    double term = weight * x.getAtIndex(ValueLayout.JAVA_FLOAT, 3 + j);
                    expected += term;
                    size += Math.abs(term);
                }
                assertEquals(expected, found, size * 0x1p-22, "place " + i);
            }
        }
    }
}
