package io.deltarule.tornado.stored;

import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * bfloat16 numbers by arithmetic, for kernels of backends that have no such type and cannot take bits for a float32. Numbers below
 * 2⁻¹²⁶ become zero.
 */
public final class BFloat16Numbers {
    /** From here on a number is rounded to infinity; half-way to the next power of two beyond the largest one. */
    private static final float BEYOND = 0x1.ffp127f;

    private BFloat16Numbers() {}

    /** The number in a place. */
    public static float get(ShortArray from, int index) {
        return decode(from.get(index));
    }

    /** The number that 16 bits stand for, their highest as the sign. */
    public static float decode(int bits) {
        int magnitude = bits & 0x7FFF;
        int exponent = magnitude >> 7;
        int above = exponent >> 4;
        // at most 2^23, so exact as a float; what is left of the exponent is a multiple of 16
        int whole = exponent == 0 ? (magnitude & 127) << 1 : ((magnitude & 127) + 128) << (exponent & 15);
        float number = whole * ((above & 8) != 0 ? 0x1p-6f : 0x1p-67f);
        number *= (above & 1) != 0 ? 0x1p16f : 1f;
        number *= (above & 2) != 0 ? 0x1p32f : 1f;
        number *= (above & 4) != 0 ? 0x1p64f : 1f;
        number *= (above & 8) != 0 ? 1f : 0x1p-67f;
        return bits < 0 ? -number : number;
    }

    /** {@link Held#bits}. */
    public static int bits(ShortArray from, int index) {
        return from.get(index);
    }

    /** {@link Held#number}. */
    public static float number(ShortArray of, int bits) {
        return decode(bits);
    }

    /** Rounds a number to the nearest, ties to even, and puts it into a place. */
    public static void set(ShortArray to, int index, float number) {
        int sign = number < 0f ? 0x8000 : 0;
        float scaled = number < 0f ? -number : number;
        int field = 0x7F80;
        if (scaled < BEYOND) {
            // number = scaled · 2^(exponent − 134), and scaled becomes what is between 128 and 256
            int exponent = 134;
            if (scaled < 128f) {
                scaled *= 0x1p64f;
                exponent -= 64;
            }
            if (scaled < 128f) {
                scaled *= 0x1p64f;
                exponent -= 64;
            }
            if (scaled < 128f) {
                scaled *= 0x1p16f;
                exponent -= 16;
            }
            if (scaled >= 0x1p71f) {
                scaled *= 0x1p-64f;
                exponent += 64;
            }
            if (scaled >= 0x1p39f) {
                scaled *= 0x1p-32f;
                exponent += 32;
            }
            if (scaled >= 0x1p23f) {
                scaled *= 0x1p-16f;
                exponent += 16;
            }
            if (scaled >= 0x1p15f) {
                scaled *= 0x1p-8f;
                exponent += 8;
            }
            if (scaled >= 0x1p11f) {
                scaled *= 0x1p-4f;
                exponent += 4;
            }
            if (scaled >= 0x1p9f) {
                scaled *= 0x1p-2f;
                exponent += 2;
            }
            if (scaled >= 0x1p8f) {
                scaled *= 0x1p-1f;
                exponent += 1;
            }
            field = 0;
            if (exponent > 0) {
                int whole = (int) scaled;
                float rest = scaled - whole;
                whole += rest > 0.5f || (rest == 0.5f && (whole & 1) == 1) ? 1 : 0;
                field = (exponent << 7) + whole - 128;
            }
        }
        to.set(index, (short) (field + sign));
    }
}
