package io.deltarule.tornado.stored;

import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Numbers of IEEE 754 half precision by arithmetic, for kernels of any backend. */
public final class Float16Numbers {
    /** From here on a number is rounded to infinity. */
    private static final float BEYOND = 65520f;

    private Float16Numbers() {}

    /** The number in a place. */
    public static float get(ShortArray from, int index) {
        return decode(from.get(index));
    }

    /** The number that 16 bits stand for, their highest as the sign. */
    public static float decode(int bits) {
        int exponent = (bits >> 10) & 31;
        int whole = exponent == 0 ? (bits & 1023) << 1 : (bits & 1023) + 1024;
        float number = whole * 0x1p-25f * (1 << exponent);
        if (exponent == 31) {
            number = whole * Float.MAX_VALUE; // beyond float32, as no constant that OpenCL C takes is
        }
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
        int field = 0x7C00;
        if (scaled < BEYOND) {
            // number = scaled · 2^(exponent − 25), and scaled becomes what is between 1024 and 2048, or is less where
            // exponent is 1
            scaled *= 0x1p24f;
            int exponent = 1;
            if (scaled >= 0x1p26f) {
                scaled *= 0x1p-16f;
                exponent += 16;
            }
            if (scaled >= 0x1p18f) {
                scaled *= 0x1p-8f;
                exponent += 8;
            }
            if (scaled >= 0x1p14f) {
                scaled *= 0x1p-4f;
                exponent += 4;
            }
            if (scaled >= 0x1p12f) {
                scaled *= 0x1p-2f;
                exponent += 2;
            }
            if (scaled >= 0x1p11f) {
                scaled *= 0x1p-1f;
                exponent += 1;
            }
            int whole = (int) scaled;
            float rest = scaled - whole;
            whole += rest > 0.5f || (rest == 0.5f && (whole & 1) == 1) ? 1 : 0;
            field = ((exponent - 1) << 10) + whole;
        }
        to.set(index, (short) (field + sign));
    }
}
