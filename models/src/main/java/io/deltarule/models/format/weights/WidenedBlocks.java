package io.deltarule.models.format.weights;

import io.deltarule.loader.GgufTensor;
import io.deltarule.loader.GgufType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tensors in block types that no engine multiplies from, as float32: llama.cpp falls back to them for matrices whose rows are no
 * whole blocks of 256, so that they are the small ones of a file.
 *
 * <pre>
 *   Q4_1   d, m, 16 bytes of halves                        x = q d + m
 *   Q5_0   d, a fifth bit of each in 4 bytes, halves       x = (q − 16) d
 *   Q5_1   d, m, the fifth bits, halves                    x = q d + m
 * </pre>
 *
 * <p>d and m are half precision; number i has the lower half of byte i, number i + 16 its upper one.
 */
final class WidenedBlocks implements AutoCloseable {
    private static final Set<GgufType> TYPES = Set.of(GgufType.Q4_1, GgufType.Q5_0, GgufType.Q5_1);
    private static final int BLOCK = 32;
    private static final int FIFTH_OFFSET = 16;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofShared();
    private final Map<String, MemorySegment> widened = new ConcurrentHashMap<>();

    static boolean has(GgufType type) {
        return TYPES.contains(type);
    }

    /** The tensor's numbers, widened when first asked for. */
    MemorySegment of(GgufTensor info, MemorySegment blocks) {
        return widened.computeIfAbsent(info.name(), name -> {
            long count = blocks.byteSize() / info.type().blockBytes() * BLOCK;
            MemorySegment to = arena.allocate(count * Float.BYTES, 64);
            for (long block = 0; block < count / BLOCK; block++) {
                widen(info.type(), blocks, block * info.type().blockBytes(), to, block * BLOCK);
            }
            return to;
        });
    }

    private static void widen(GgufType type, MemorySegment blocks, long at, MemorySegment to, long first) {
        boolean hasMinimum = type != GgufType.Q5_0;
        boolean hasFifth = type != GgufType.Q4_1;
        float d = Float.float16ToFloat(blocks.get(SHORT, at));
        float m = hasMinimum ? Float.float16ToFloat(blocks.get(SHORT, at + 2)) : 0;
        long next = at + (hasMinimum ? 4 : 2);
        int fifth = hasFifth ? blocks.get(INT, next) : 0;
        long halves = hasFifth ? next + 4 : next;
        for (int i = 0; i < BLOCK; i++) {
            int pair = blocks.get(ValueLayout.JAVA_BYTE, halves + i % (BLOCK / 2));
            int q = (i < BLOCK / 2 ? pair & 15 : (pair >> 4) & 15) | ((fifth >>> i) & 1) << 4;
            float x = hasMinimum ? q * d + m : (q - FIFTH_OFFSET) * d;
            to.setAtIndex(FLOAT, first + i, x);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
