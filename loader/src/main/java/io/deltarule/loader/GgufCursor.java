package io.deltarule.loader;

import io.deltarule.loader.GgufException.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads a GGUF header's numbers, texts and values one after the other. No length is believed before the file is seen to
 * have so many bytes.
 */
final class GgufCursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final String label;
    private long at;

    GgufCursor(MemorySegment file, String label) {
        this.file = file;
        this.label = label;
    }

    /** Where the next number is. */
    long at() {
        return at;
    }

    private long take(long bytes, String subject) {
        if (bytes > file.byteSize() - at) {
            throw new GgufException(
                    Problem.TRUNCATED,
                    label,
                    subject,
                    bytes + " bytes at byte " + at,
                    (file.byteSize() - at) + " until the end of the file",
                    GgufException.DAMAGED);
        }
        long from = at;
        at += bytes;
        return from;
    }

    /** An unsigned 32-bit number. */
    long u32(String subject) {
        return Integer.toUnsignedLong(file.get(INT, take(Integer.BYTES, subject)));
    }

    /** A 64-bit number's bits. */
    long bits64(String subject) {
        return file.get(LONG, take(Long.BYTES, subject));
    }

    /** How many things follow, each of so many bytes at least. */
    long count(String subject, long leastBytes) {
        long count = bits64(subject);
        long most = (file.byteSize() - at) / leastBytes;
        if (count < 0 || count > most) {
            throw new GgufException(
                    Problem.COUNT_TOO_LARGE,
                    label,
                    subject,
                    "at most " + most + ", which is what the rest of the file can hold",
                    Long.toUnsignedString(count),
                    GgufException.DAMAGED);
        }
        return count;
    }

    /** A key or a name. */
    String name(String subject) {
        String name = text(subject);
        if (name.isEmpty() || name.length() > 0xffff) {
            throw new GgufException(
                    Problem.WRONG_NAME_LENGTH,
                    label,
                    subject,
                    "1 to 65535 characters",
                    Integer.toString(name.length()),
                    GgufException.DAMAGED);
        }
        return name;
    }

    private String text(String subject) {
        long length = count("length of " + subject, 1);
        if (length > Integer.MAX_VALUE - 8) {
            throw new GgufException(
                    Problem.COUNT_TOO_LARGE,
                    label,
                    "length of " + subject,
                    "at most " + (Integer.MAX_VALUE - 8) + " bytes",
                    Long.toString(length),
                    GgufException.DAMAGED);
        }
        MemorySegment bytes = file.asSlice(take(length, subject), length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.asByteBuffer())
                    .toString();
        } catch (CharacterCodingException e) {
            throw new GgufException(
                    Problem.NOT_UTF8, label, subject, "UTF-8 text", "other bytes", GgufException.DAMAGED);
        }
    }

    /** A type and a value of it. */
    GgufValue value(String subject) {
        GgufValue.Type type = type(subject);
        if (type != GgufValue.Type.ARRAY) {
            return new GgufValue(type, null, one(type, subject));
        }
        GgufValue.Type element = type(subject);
        if (element == GgufValue.Type.ARRAY) {
            throw new GgufException(
                    Problem.NESTED_ARRAY,
                    label,
                    subject,
                    "an array of numbers or texts",
                    "an array of arrays",
                    "no published model has one: fetch the file again");
        }
        long count = count("length of " + subject, element.leastBytes());
        if (count > Integer.MAX_VALUE - 8) {
            throw new GgufException(
                    Problem.COUNT_TOO_LARGE,
                    label,
                    subject,
                    "at most " + (Integer.MAX_VALUE - 8) + " elements",
                    Long.toString(count),
                    GgufException.DAMAGED);
        }
        List<Object> values = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            values.add(one(element, subject));
        }
        return new GgufValue(type, element, Collections.unmodifiableList(values));
    }

    private GgufValue.Type type(String subject) {
        long id = u32(subject);
        return GgufValue.Type.of(id)
                .orElseThrow(() -> new GgufException(
                        Problem.UNKNOWN_VALUE_TYPE,
                        label,
                        subject,
                        "a type from 0 to " + (GgufValue.Type.values().length - 1),
                        Long.toString(id),
                        GgufException.DAMAGED));
    }

    private Object one(GgufValue.Type type, String subject) {
        return switch (type) {
            case U8 -> (long) Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, take(1, subject)));
            case I8 -> (long) file.get(ValueLayout.JAVA_BYTE, take(1, subject));
            case U16 -> (long) Short.toUnsignedInt(file.get(SHORT, take(Short.BYTES, subject)));
            case I16 -> (long) file.get(SHORT, take(Short.BYTES, subject));
            case U32 -> u32(subject);
            case I32 -> (long) file.get(INT, take(Integer.BYTES, subject));
            case U64, I64 -> bits64(subject);
            case F32 -> (double) Float.intBitsToFloat(file.get(INT, take(Integer.BYTES, subject)));
            case F64 -> Double.longBitsToDouble(bits64(subject));
            case BOOL -> bool(subject);
            case STRING -> text(subject);
            case ARRAY -> throw new AssertionError(subject);
        };
    }

    private boolean bool(String subject) {
        byte found = file.get(ValueLayout.JAVA_BYTE, take(1, subject));
        if (found != 0 && found != 1) {
            throw new GgufException(
                    Problem.INVALID_BOOL, label, subject, "0 or 1", Byte.toString(found), GgufException.DAMAGED);
        }
        return found == 1;
    }
}
