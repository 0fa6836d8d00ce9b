package uk.ac.manchester.tornado.api.types;

/**
 * Numbers of 16 bits that are the upper half of a float. Ties are rounded to even, as kernels of TornadoVM's CUDA backend do, the only
 * one whose kernels have such products; its own class on the host rounds ties away from zero.
 */
public final class BFloat16 {
    private static final int NAN = 0x7FC0;

    private BFloat16() {}

    /** The number that these bits stand for. */
    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bits of the nearest number. */
    public static short bf16FromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) (Float.isNaN(value) ? NAN : (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
