package io.deltarule.tornado.stored;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Numbers of 16 bits on their way: what a kernel reads long before it needs it, it may hold as bits, so that nobody waits for the
 * memory only to make a float32 of them. In kernels' forms these are what the format says; for arrays of float32, whose numbers are
 * held as they are, nothing calls them.
 */
public final class Held {
    private Held() {}

    /** The bits in a place, their highest as the sign. */
    public static int bits(FloatArray from, int index) {
        return 0;
    }

    /** The number that bits of an array stand for. */
    public static float number(FloatArray of, int bits) {
        return 0f;
    }
}
