package io.deltarule.core.cpu.block;

/**
 * What a stored scale of 16 or 8 bits is as float32, looked up: a broadcast straight from memory takes none of the units that
 * multiply, and a conversion would take three. The scales of a weight are few different ones, which stay in the cache.
 */
final class StoredNumbers {
    /** By the bits of a half precision number. */
    private static final float[] HALVES = new float[1 << 16];

    /** By the bits of a signed number of 8. */
    private static final float[] BYTES = new float[1 << 8];

    static {
        for (int i = 0; i < HALVES.length; i++) {
            HALVES[i] = Float.float16ToFloat((short) i);
        }
        for (int i = 0; i < BYTES.length; i++) {
            BYTES[i] = (byte) i;
        }
    }

    private StoredNumbers() {}

    static float half(short bits) {
        return HALVES[bits & 0xffff];
    }

    /** A signed number from the lower 8 bits. */
    static float signed(long bits) {
        return BYTES[(int) bits & 0xff];
    }

    /** A number from the lower 6 bits. */
    static float six(long bits) {
        return BYTES[(int) bits & 0x3f];
    }
}
