package io.deltarule.core.layer;

/** How a weight's numbers are stored, little-endian. Every one of them is a float32 too, so reading loses nothing. */
public enum WeightType {
    /** IEEE 754 single precision. */
    F32(Float.BYTES),
    /** The upper half of an IEEE 754 single. */
    BF16(Short.BYTES),
    /** IEEE 754 half precision. */
    F16(Short.BYTES);

    private final int bytes;

    WeightType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes per number. */
    public int bytes() {
        return bytes;
    }
}
