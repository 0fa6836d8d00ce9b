package io.deltarule.core.testkit;

import io.deltarule.core.layer.BlockScales;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Blocks of random bits, with scales that leave values of about ±1/8 in the mean. */
public final class RandomBlocks {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RandomBlocks() {}

    /** Whether a type's weights are made here. */
    public static boolean has(WeightType type) {
        return type.block() > 1 || type == WeightType.F8_E4M3;
    }

    /** Off-heap and at an odd address, as a mapped file may have it. */
    public static Weight weight(WeightType type, int... dims) {
        long count = 1;
        for (int n : dims) {
            count *= n;
        }
        MemorySegment data = Arena.ofAuto().allocate(1 + type.bytes(count), 2).asSlice(1);
        fill(type, data, count);
        return type == WeightType.F8_E4M3 && dims.length == 2
                ? Weight.scaled(data, type, scales(dims[0], dims[1]), dims[0], dims[1])
                : Weight.view(data, type, dims);
    }

    /** Of blocks of 128 by 128. */
    private static BlockScales scales(int rows, int columns) {
        Random random = new Random(rows);
        float[] scales = new float[Math.ceilDiv(rows, 128) * Math.ceilDiv(columns, 128)];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) (0.001 * (0.5 + random.nextDouble()));
        }
        return BlockScales.of(scales, 128, rows, columns);
    }

    /** Overwrites whole blocks. */
    public static void fill(WeightType type, MemorySegment data, long seed) {
        Random random = new Random(seed);
        byte[] block = new byte[type.blockBytes()];
        for (long at = 0; at < data.byteSize(); at += block.length) {
            random.nextBytes(block);
            MemorySegment.copy(block, 0, data, ValueLayout.JAVA_BYTE, at, block.length);
            switch (type) {
                case Q8_0 -> scale(random, data, at, 0.002);
                case Q4_0 -> scale(random, data, at, 0.03);
                case Q4_K -> {
                    scale(random, data, at, 0.001);
                    scale(random, data, at + 2, 0.007);
                }
                case Q5_K -> {
                    scale(random, data, at, 0.0005);
                    scale(random, data, at + 2, 0.007);
                }
                case Q6_K -> scale(random, data, at + 208, 0.0002);
                case F8_E4M3 -> {
                    if ((block[0] & 0x7f) == 0x7f) {
                        data.set(ValueLayout.JAVA_BYTE, at, (byte) 0x3c); // not NaN
                    }
                }
                case F32, BF16, F16 -> throw new IllegalArgumentException(type + " has no blocks");
            }
        }
    }

    private static void scale(Random random, MemorySegment data, long at, double size) {
        data.set(SHORT, at, Float.floatToFloat16((float) (size * (0.5 + random.nextDouble()))));
    }
}
