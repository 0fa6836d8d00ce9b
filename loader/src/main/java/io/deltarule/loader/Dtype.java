package io.deltarule.loader;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The element types of the safetensors format, in the order of the reference writer: files hold the tensors of the last
 * constant first, so that wider elements come before narrower ones and stay aligned.
 *
 * <p>Every type can be listed, copied and written as bytes; {@link SafetensorsFile#readFloats(String)} and
 * {@link SafetensorsFile#readLongs(String)} say which ones they convert.
 */
public enum Dtype {
    /** Truth value, one byte, 0 or 1. */
    BOOL(8),
    /** 4-bit float (E2M1), two in a byte. */
    F4(4),
    /** 6-bit float, 2 exponent and 3 mantissa bits, packed. */
    F6_E2M3(6),
    /** 6-bit float, 3 exponent and 2 mantissa bits, packed. */
    F6_E3M2(6),
    /** Unsigned byte. */
    U8(8),
    /** Signed byte. */
    I8(8),
    /** 8-bit float, 5 exponent and 2 mantissa bits. */
    F8_E5M2(8),
    /** 8-bit float, 4 exponent and 3 mantissa bits. */
    F8_E4M3(8),
    /** 8-bit power of two, exponent only: the scale of a microscaling block. */
    F8_E8M0(8),
    /** As {@link #F8_E4M3}, finite, without a negative zero. */
    F8_E4M3FNUZ(8),
    /** As {@link #F8_E5M2}, finite, without a negative zero. */
    F8_E5M2FNUZ(8),
    /** Signed 16-bit integer. */
    I16(16),
    /** Unsigned 16-bit integer. */
    U16(16),
    /** IEEE 754 half precision. */
    F16(16),
    /** The upper half of an IEEE 754 single. */
    BF16(16),
    /** Signed 32-bit integer. */
    I32(32),
    /** Unsigned 32-bit integer. */
    U32(32),
    /** IEEE 754 single precision. */
    F32(32),
    /** Complex number, two singles. */
    C64(64),
    /** IEEE 754 double precision. */
    F64(64),
    /** Signed 64-bit integer. */
    I64(64),
    /** Unsigned 64-bit integer. */
    U64(64);

    private final int bits;

    Dtype(int bits) {
        this.bits = bits;
    }

    /** The width of one element in bits; not always a multiple of 8. */
    public int bits() {
        return bits;
    }

    /** The type with this name in a header, or nothing when the format has none. */
    static Optional<Dtype> named(String name) {
        return Arrays.stream(values()).filter(d -> d.name().equals(name)).findFirst();
    }

    /** All names, for messages. */
    static String names() {
        return Arrays.stream(values()).map(Dtype::name).collect(Collectors.joining(", "));
    }
}
