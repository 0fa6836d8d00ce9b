package io.deltarule.tornado.stored;

import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** bfloat16 numbers in a few instructions, for kernels of TornadoVM's CUDA backend, which has them; elsewhere the same methods are loops. */
public final class NativeBFloat16Numbers {
    private NativeBFloat16Numbers() {}

    /** The number in a place. */
    public static float get(ShortArray from, int index) {
        return BFloat16.bf16ToFloat(from.get(index));
    }

    /** {@link Held#bits}. */
    public static int bits(ShortArray from, int index) {
        return from.get(index);
    }

    /** {@link Held#number}. */
    public static float number(ShortArray of, int bits) {
        return BFloat16.bf16ToFloat((short) bits);
    }

    /** Rounds a number to the nearest, ties to even, and puts it into a place. */
    public static void set(ShortArray to, int index, float number) {
        to.set(index, BFloat16.bf16FromFloat(number));
    }
}
