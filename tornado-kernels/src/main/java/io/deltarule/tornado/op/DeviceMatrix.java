package io.deltarule.tornado.op;

import io.deltarule.core.Storage;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.stored.BFloat16Numbers;
import io.deltarule.tornado.stored.Float16Numbers;
import io.deltarule.tornado.stored.NumberFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrices of one type, one after the other, as kernels read them: float32 numbers, numbers of 16 bits, or the blocks of Q8_0 and Q4_0
 * taken apart into a float32 scale for each {@value #BLOCK} numbers and their integers, packed.
 *
 * @param numbers float32 numbers, or the blocks' scales; for numbers of 16 bits anything
 * @param packed integers of 8 bits, four in a word, or of 4 bits, eight; numbers of 16 bits, two; for float32 numbers anything
 * @param bits of an integer; 0 for float32 numbers, and what a {@link NumberFormat} calls itself
 */
public record DeviceMatrix(FloatArray numbers, IntArray packed, int bits) {
    private static final int BLOCK = 32;
    private static final int HALF = BLOCK / 2;
    private static final int PER_WORD = Integer.SIZE / Short.SIZE;
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

    /**
     * In what numbers of 16 bits weights are kept: those that they are stored in, exactly; others that are not kept as they are stored
     * in those of the plan. Null for float32.
     */
    static Storage sixteen(List<Weight> weights, Storage plan) {
        boolean one = weights.stream().map(Weight::type).distinct().count() == 1;
        Storage storage = switch (weights.getFirst().type()) {
            case BF16 -> one ? Storage.BFLOAT16 : plan;
            case F16 -> one ? Storage.FLOAT16 : plan;
            default -> plan;
        };
        // kernels find each matrix after the other's last number, and words hold two
        boolean words = weights.size() == 1 || weights.getFirst().size() % PER_WORD == 0;
        return storage == Storage.FLOAT32 || !words ? null : storage;
    }

    /** Weights as numbers of 16 bits, each with so many. */
    static DeviceMatrix sixteen(String name, List<Weight> weights, Storage storage, long size, DeviceMemory memory) {
        long words = Math.ceilDiv(size, PER_WORD);
        IntArray packed = memory.ints("weight " + name, weights.size(), 1, words);
        FloatArray unread = memory.floats("no scales", 1, 1, 1);
        unread.init(0);
        for (int i = 0; i < weights.size() && !memory.countsOnly(); i++) {
            round(weights.get(i), size, storage, packed.getSegment().asSlice(i * words * Integer.BYTES));
        }
        return new DeviceMatrix(unread, packed, memory.format(storage).code());
    }

    private static void round(Weight weight, long size, Storage storage, MemorySegment to) {
        boolean asStored = (weight.type() == WeightType.BF16 && storage == Storage.BFLOAT16)
                || (weight.type() == WeightType.F16 && storage == Storage.FLOAT16);
        if (asStored) {
            MemorySegment.copy(weight.data(), 0, to, 0, size * Short.BYTES);
            return;
        }
        for (long i = 0; i < size; i++) {
            to.setAtIndex(ValueLayout.JAVA_SHORT, i, storage.encode(weight.get(i)));
        }
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
        } else if (bits == NumberFormat.CODE_BFLOAT16) {
            number = BFloat16Numbers.decode(NumberFormat.half(packed.get(at / 2), at % 2));
        } else if (bits == NumberFormat.CODE_NATIVE_BFLOAT16) {
            number = BFloat16.bf16ToFloat((short) NumberFormat.half(packed.get(at / 2), at % 2));
        } else if (bits == NumberFormat.CODE_FLOAT16) {
            number = Float16Numbers.decode(NumberFormat.half(packed.get(at / 2), at % 2));
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
