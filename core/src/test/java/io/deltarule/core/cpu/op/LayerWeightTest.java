package io.deltarule.core.cpu.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.TestScope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag(TestScope.THOROUGH)
class LayerWeightTest {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** All patterns of 16 bits, whole vectors and rests, at even and odd addresses; nothing past the span is touched. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"BF16", "F16"})
    void convertsEveryPatternExactly(WeightType type) {
        int all = 1 << 16;
        try (Arena arena = Arena.ofConfined()) {
            for (int shift = 0; shift < 2; shift++) {
                MemorySegment data = arena.allocate(2L * all + shift, 2).asSlice(shift);
                for (int i = 0; i < all; i++) {
                    data.set(SHORT, 2L * i, (short) i);
                }
                LayerWeight weight = LayerWeight.of(Weight.view(data, type, all), arena);
                assertEquals(data.address(), weight.data().address());
                for (int length : new int[] {1, 15, 16, 33, 1000}) {
                    MemorySegment found = arena.allocate(4L * length + 4, 4);
                    for (int from = 0; from < all; from += length) {
                        int count = Math.min(length, all - from);
                        found.fill((byte) 0x55);
                        weight.copy(from, count, found, 0);
                        for (int i = 0; i < count; i++) {
                            // as bits, so that −0 is not 0; NaN is any NaN
                            int expected = Float.floatToIntBits(
                                    Weight.view(data, type, all).get(from + i));
                            float value = found.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                            assertEquals(expected, Float.floatToIntBits(value), "pattern " + (from + i));
                        }
                        assertEquals(0x55555555, found.getAtIndex(ValueLayout.JAVA_INT, count));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"F32", "BF16", "F16"})
    void whatLiesInTheHeapIsCopiedOnce(WeightType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment given = MemorySegment.ofArray(new byte[6 * type.blockBytes()]);
            given.set(SHORT, 5L * type.blockBytes() + type.blockBytes() - 2, (short) 0x4040);
            Weight weight = Weight.view(given, type, 6);
            LayerWeight kept = LayerWeight.of(weight, arena);
            assertNotEquals(0, weight.get(5));
            assertEquals(weight.get(5), Weight.view(kept.data(), type, 6).get(5));
            MemorySegment row = arena.allocate(8, 4);
            kept.copy(4, 2, row, 0);
            assertEquals(weight.get(5), row.getAtIndex(ValueLayout.JAVA_FLOAT, 1));
        }
    }
}
