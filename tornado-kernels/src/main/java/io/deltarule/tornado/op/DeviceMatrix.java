package io.deltarule.tornado.op;

import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.tornado.graph.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrices of one type, one after the other, as kernels read them: float32 numbers, or the blocks of Q8_0 and Q4_0 taken
 * apart into a float32 scale for each {@value #BLOCK} numbers and their integers, packed.
 *
 * @param numbers float32 numbers, or the blocks' scales
 * @param packed integers of 8 bits, four in a word, or of 4 bits, eight; for float32 numbers anything
 * @param bits of an integer, 0 for float32 numbers
 */
public record DeviceMatrix(FloatArray numbers, IntArray packed, int bits) {
    private static final int BLOCK = 32;
    private static final int HALF = BLOCK / 2;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Bits of an integer of weights that are kept as they are stored, 0 for others, which become float32. */
    static int bits(List<Weight> weights) {
        WeightType type = weights.getFirst().type();
        for (Weight weight : weights) {
            if (weight.type() != type) {
                return 0;
            }
        }
        return switch (type) {
            case Q8_0 -> 8;
            case Q4_0 -> 4;
            default -> 0;
        };
    }

    /** Weights that are kept as they are stored, each with so many numbers. */
    static DeviceMatrix stored(String name, List<Weight> weights, int bits, long size, DeviceMemory memory) {
        long blocks = size / BLOCK;
        int words = BLOCK * bits / Integer.SIZE;
        FloatArray scales = memory.floats("scales of " + name, weights.size(), 1, blocks);
        IntArray packed = memory.ints("weight " + name, weights.size(), 1, blocks * words);
        for (int i = 0; i < weights.size() && !memory.countsOnly(); i++) {
            takeApart(weights.get(i).data(), blocks, words, i * blocks, scales, packed);
        }
        return new DeviceMatrix(scales, packed, bits);
    }

    /** Each block is its scale as a half and then its integers, in the order in which {@link #read} looks for them. */
    private static void takeApart(
            MemorySegment from, long blocks, int words, long first, FloatArray scales, IntArray packed) {
        MemorySegment integers = packed.getSegment();
        long bytes = (long) words * Integer.BYTES;
        for (long block = 0; block < blocks; block++) {
            long at = block * (Short.BYTES + bytes);
            scales.set((int) (first + block), Float.float16ToFloat(from.get(SHORT, at)));
            MemorySegment.copy(from, at + Short.BYTES, integers, (first + block) * bytes, bytes);
        }
    }

    /**
     * One number, in a kernel.
     *
     * @param numbers of a {@link DeviceMatrix}, as the next two
     * @param packed anything where bits is 0
     * @param at the number's place
     */
    public static float read(FloatArray numbers, IntArray packed, int bits, int at) {
        float number = 0f;
        if (bits == 0) {
            number = numbers.get(at);
        } else if (bits == 8) {
            int word = packed.get(at / 4);
            int integer = (word << (24 - 8 * (at % 4))) >> 24;
            number = numbers.get(at / BLOCK) * integer;
        } else {
            // low halves of a block's 16 bytes are its first numbers, high halves the others
            int inside = at % BLOCK;
            int place = inside % HALF;
            int word = packed.get(at / BLOCK * 4 + place / 4);
            int integer = ((word >> (8 * (place % 4) + inside / HALF * 4)) & 15) - 8;
            number = numbers.get(at / BLOCK) * integer;
        }
        return number;
    }
}
