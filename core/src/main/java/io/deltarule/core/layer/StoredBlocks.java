package io.deltarule.core.layer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The values of stored blocks by {@link WeightType}'s definitions, number by number: what every engine is held against. */
final class StoredBlocks {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Numbers of a block of the K kinds, and of its parts that share a scale. */
    private static final int SUPER = 256;

    private static final int PART = 32;

    private StoredBlocks() {}

    static void read(WeightType type, MemorySegment data, long at, float[] to, int toAt) {
        switch (type) {
            case F32 -> to[toAt] = data.get(FLOAT, at);
            case BF16 -> to[toAt] = Float.intBitsToFloat(data.get(SHORT, at) << 16);
            case F16 -> to[toAt] = half(data, at);
            case Q8_0 -> q8(data, at, to, toAt);
            case Q4_0 -> q4(data, at, to, toAt);
            case Q4_K -> q4k(data, at, to, toAt);
            case Q5_K -> q5k(data, at, to, toAt);
            case Q6_K -> q6k(data, at, to, toAt);
            case F8_E4M3 -> to[toAt] = float8(data.get(ValueLayout.JAVA_BYTE, at));
        }
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    /** Moved to float32's places; the product moves the exponent to its bias, subnormal numbers included, and is exact. */
    private static float float8(byte bits) {
        if ((bits & 0x7f) == 0x7f) {
            return Float.NaN;
        }
        return Float.intBitsToFloat(((bits & 0x80) << 24) | ((bits & 0x7f) << 20)) * 0x1p120f;
    }

    private static int unsigned(MemorySegment data, long at) {
        return Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at));
    }

    /** d, then 32 signed bytes. */
    private static void q8(MemorySegment data, long at, float[] to, int toAt) {
        float d = half(data, at);
        for (int i = 0; i < PART; i++) {
            to[toAt + i] = d * data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
        }
    }

    /** d, then 16 bytes: number i in the lower, number i + 16 in the upper half of byte i. */
    private static void q4(MemorySegment data, long at, float[] to, int toAt) {
        float d = half(data, at);
        for (int i = 0; i < PART / 2; i++) {
            int pair = unsigned(data, at + 2 + i);
            to[toAt + i] = d * ((pair & 15) - 8);
            to[toAt + PART / 2 + i] = d * ((pair >> 4) - 8);
        }
    }

    /** d and m, 12 bytes of scales and minima, 128 bytes of which each 32 hold two parts. */
    private static void q4k(MemorySegment data, long at, float[] to, int toAt) {
        for (int i = 0; i < SUPER; i++) {
            int part = i / PART;
            int pair = unsigned(data, at + 16 + part / 2 * (long) PART + i % PART);
            to[toAt + i] = scaled(data, at, part, (pair >> (4 * (part % 2))) & 15);
        }
    }

    /** d and m, 12 bytes of scales and minima, 32 bytes with the fifth bit of each part, then as in Q4_K. */
    private static void q5k(MemorySegment data, long at, float[] to, int toAt) {
        for (int i = 0; i < SUPER; i++) {
            int part = i / PART;
            int pair = unsigned(data, at + 48 + part / 2 * (long) PART + i % PART);
            int fifth = unsigned(data, at + 16 + i % PART) >> part & 1;
            to[toAt + i] = scaled(data, at, part, ((pair >> (4 * (part % 2))) & 15) | (fifth << 4));
        }
    }

    /** d s q − m t, where both products are exact. */
    private static float scaled(MemorySegment data, long at, int part, int q) {
        return half(data, at) * scale(data, at + 4, part) * q - half(data, at + 2) * minimum(data, at + 4, part);
    }

    /** Six bits; those of the last four parts are cut in two. */
    private static int scale(MemorySegment data, long scales, int part) {
        return part < 4
                ? unsigned(data, scales + part) & 63
                : (unsigned(data, scales + part + 4) & 15) | ((unsigned(data, scales + part - 4) >> 6) << 4);
    }

    private static int minimum(MemorySegment data, long scales, int part) {
        return part < 4
                ? unsigned(data, scales + part + 4) & 63
                : unsigned(data, scales + part + 4) >> 4 | unsigned(data, scales + part) >> 6 << 4;
    }

    /**
     * 128 bytes of lower halves, 64 bytes of upper bits, 16 scales, d. Of each 128 numbers, numbers l, l + 32, l + 64 and
     * l + 96 share byte l of the upper bits, and numbers 64 apart a byte of the lower halves.
     */
    private static void q6k(MemorySegment data, long at, float[] to, int toAt) {
        float d = half(data, at + 208);
        for (int i = 0; i < SUPER; i++) {
            int group = i % 128 / PART;
            int lower = (unsigned(data, at + i / 128 * 64L + i % 64) >> (4 * (group / 2))) & 15;
            int upper = (unsigned(data, at + 128 + i / 128 * (long) PART + i % PART) >> (2 * group)) & 3;
            int scale = data.get(ValueLayout.JAVA_BYTE, at + 192 + i / 16);
            to[toAt + i] = d * scale * ((lower | upper << 4) - 32);
        }
    }
}
