package io.deltarule.loader;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A value of a GGUF file's metadata, of the type that it has there.
 *
 * <p>Whole numbers are held as {@link Long} (unsigned 64-bit ones as their bits), others as {@link Double}, truth values as
 * {@link Boolean}, texts as {@link String}, arrays as lists of these.
 */
public final class GgufValue {
    /** The types of values, each with the number that stands for it in files. */
    public enum Type {
        /** Unsigned byte. */
        U8(0, 1),
        /** Signed byte. */
        I8(1, 1),
        /** Unsigned 16-bit integer. */
        U16(2, 2),
        /** Signed 16-bit integer. */
        I16(3, 2),
        /** Unsigned 32-bit integer. */
        U32(4, 4),
        /** Signed 32-bit integer. */
        I32(5, 4),
        /** Single precision. */
        F32(6, 4),
        /** One byte, 0 or 1. */
        BOOL(7, 1),
        /** Length and UTF-8 bytes. */
        STRING(8, 8),
        /** Element type, length and elements. */
        ARRAY(9, 12),
        /** Unsigned 64-bit integer. */
        U64(10, 8),
        /** Signed 64-bit integer. */
        I64(11, 8),
        /** Double precision. */
        F64(12, 8);

        private final int id;
        private final int leastBytes;

        Type(int id, int leastBytes) {
            this.id = id;
            this.leastBytes = leastBytes;
        }

        /** The number that stands for it in files. */
        int id() {
            return id;
        }

        /** Bytes of a value, at least. */
        int leastBytes() {
            return leastBytes;
        }

        static Optional<Type> of(long id) {
            return Arrays.stream(values()).filter(t -> t.id == id).findFirst();
        }
    }

    private final Type type;
    private final Type element; // of an array, else null
    private final Object held;

    GgufValue(Type type, Type element, Object held) {
        this.type = type;
        this.element = element;
        this.held = held;
    }

    /** An unsigned 32-bit number, which most sizes are. */
    public static GgufValue u32(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("u32: expected at least 0 but found " + value);
        }
        return new GgufValue(Type.U32, null, (long) value);
    }

    /** A single precision number. */
    public static GgufValue f32(double value) {
        return new GgufValue(Type.F32, null, (double) (float) value);
    }

    /** A truth value. */
    public static GgufValue bool(boolean value) {
        return new GgufValue(Type.BOOL, null, value);
    }

    /** A text. */
    public static GgufValue text(String value) {
        return new GgufValue(Type.STRING, null, Objects.requireNonNull(value));
    }

    /** An array of texts. */
    public static GgufValue texts(List<String> values) {
        return new GgufValue(Type.ARRAY, Type.STRING, List.copyOf(values));
    }

    /** An array of signed 32-bit numbers. */
    public static GgufValue i32s(int... values) {
        return new GgufValue(
                Type.ARRAY,
                Type.I32,
                Arrays.stream(values).asLongStream().boxed().toList());
    }

    /** The value's type. */
    public Type type() {
        return type;
    }

    /** The type of an array's elements, null for what is no array. */
    public Type element() {
        return element;
    }

    /** The value, or an array's list of values; lists cannot be modified. */
    public Object held() {
        return held;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GgufValue that
                && type == that.type
                && element == that.element
                && held.equals(that.held);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, element, held);
    }

    @Override
    public String toString() {
        return element == null ? type + " " + Quote.of(held.toString()) : element + "[" + ((List<?>) held).size() + "]";
    }
}
