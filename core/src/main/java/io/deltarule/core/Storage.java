package io.deltarule.core;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How an engine keeps the numbers of inputs, outputs and what its kernels hand on to each other. Sums, states that are carried
 * on and log-decays are float32 whatever it is, and callers' tensors too: numbers are rounded, to the nearest and ties to even,
 * where they enter.
 */
public enum Storage {
    /** IEEE 754 single precision. */
    FLOAT32("float32", Float.BYTES, 0x1p-24),
    /** The upper half of a single: its range, 8 bits of precision. */
    BFLOAT16("bfloat16", Short.BYTES, 0x1p-9),
    /** IEEE 754 half precision: up to 65504, 11 bits. */
    FLOAT16("float16", Short.BYTES, 0x1p-12);

    private final String id;
    private final int bytes;
    private final double rounding;

    Storage(String id, int bytes, double rounding) {
        this.id = id;
        this.bytes = bytes;
        this.rounding = rounding;
    }

    /** The name used on the command line. */
    public String id() {
        return id;
    }

    /** Bytes of a number. */
    public int bytes() {
        return bytes;
    }

    /** The most by which a number in range differs from what it is rounded to, relative to itself. */
    public double rounding() {
        return rounding;
    }

    /**
     * The 16 bits that stand for a number; beyond the range those of an infinity.
     *
     * @throws IllegalStateException for {@link #FLOAT32}
     */
    public short encode(float value) {
        return switch (this) {
            case BFLOAT16 -> bfloat16(value);
            case FLOAT16 -> Float.floatToFloat16(value);
            case FLOAT32 -> throw notSixteen();
        };
    }

    /**
     * The number that 16 bits stand for.
     *
     * @throws IllegalStateException for {@link #FLOAT32}
     */
    public float decode(short bits) {
        return switch (this) {
            case BFLOAT16 -> Float.intBitsToFloat(bits << Short.SIZE);
            case FLOAT16 -> Float.float16ToFloat(bits);
            case FLOAT32 -> throw notSixteen();
        };
    }

    /** The number that is kept of one. */
    public float round(float value) {
        return this == FLOAT32 ? value : decode(encode(value));
    }

    /**
     * Passes for an engine that keeps float32 only.
     *
     * @param engine its name, for the message
     * @throws InvalidInputException if this is something else
     */
    public void requireFloat32(String engine) {
        if (this != FLOAT32) {
            throw new InvalidInputException("storage: engine " + engine + " expected " + FLOAT32.id + " but found " + id
                    + "; forward passes of engine tornado have it");
        }
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> Short.SIZE) | 0x40); // a NaN whose upper half alone is none
        }
        return (short) ((bits + 0x7FFF + ((bits >>> Short.SIZE) & 1)) >>> Short.SIZE);
    }

    private IllegalStateException notSixteen() {
        return new IllegalStateException("storage: expected 16 bits but found " + id);
    }

    /**
     * The one of that name.
     *
     * @throws InvalidInputException if there is none
     */
    public static Storage of(String id) {
        return Arrays.stream(values())
                .filter(each -> each.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("storage: expected "
                        + Arrays.stream(values()).map(Storage::id).collect(Collectors.joining(", ")) + " but found '"
                        + id + "'"));
    }
}
