package io.deltarule.loader;

/**
 * A safetensors file that cannot be read, used or written as asked. The message is one line that names the file, the
 * tensor where there is one, what was expected, what was found and what to do; {@link #problem()} tells causes apart.
 */
public final class SafetensorsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The cure for a file whose bytes contradict the format. */
    static final String DAMAGED = "the file is damaged or no safetensors file: fetch it or write it again";

    /** The cause. */
    private final Problem problem;

    /** One constant per cause. */
    public enum Problem {
        /** There is no such file, or no such folder to write into. */
        NOT_FOUND,
        /** The path is a folder, a device or a pipe. */
        NOT_A_REGULAR_FILE,
        /** The operating system denies access. */
        ACCESS_DENIED,
        /** Reading or writing failed for another reason of the operating system. */
        IO_FAILED,

        /** The file ends before the 8 bytes of the header's length. */
        FILE_TOO_SHORT,
        /** The header's length is over 100,000,000 bytes. */
        HEADER_TOO_LARGE,
        /** The header's length is larger than the file. */
        HEADER_PAST_END_OF_FILE,
        /** The header is not UTF-8. */
        NOT_UTF8,
        /** The header is not a JSON object. */
        NOT_A_JSON_OBJECT,
        /** The header is not valid JSON. */
        INVALID_JSON,
        /** The header's JSON is nested too deeply, or holds a number or a name that is too long. */
        JSON_LIMIT,
        /** Something other than white space follows the header's JSON object. */
        TRAILING_JSON,
        /** A key appears twice in one JSON object, or two tensors of one file have the same name. */
        DUPLICATE_KEY,
        /** A JSON value has the wrong type. */
        WRONG_JSON_TYPE,
        /** A tensor lacks its type, shape or offsets. */
        MISSING_FIELD,
        /** A text is no valid Unicode: JSON's escapes can spell half a character. */
        INVALID_TEXT,
        /** The format has no such element type. */
        UNKNOWN_DTYPE,
        /** An extent or an offset is negative. */
        NEGATIVE_NUMBER,
        /** An extent or an offset does not fit in 63 bits. */
        NUMBER_TOO_LARGE,
        /** A tensor has too many axes. */
        TOO_MANY_AXES,
        /** {@code data_offsets} is not a pair. */
        NOT_A_PAIR,

        /** A tensor's end lies before its begin. */
        REVERSED_OFFSETS,
        /** Two tensors share bytes. */
        OVERLAP,
        /** Bytes before a tensor belong to none. */
        HOLE,
        /** The product of shape and element width overflows. */
        SIZE_OVERFLOW,
        /** A tensor of packed elements does not fill its last byte. */
        PARTIAL_BYTE,
        /** The byte range of a tensor is not as large as shape and type ask. */
        SIZE_MISMATCH,
        /** The file ends before the last tensor does. */
        TRUNCATED,
        /** Bytes follow the last tensor. */
        TRAILING_BYTES,

        /** A folder's index is not of the form that it should have. */
        INVALID_INDEX,
        /** A folder's index or link leads out of the folder. */
        OUTSIDE_FOLDER,

        /** The file holds no tensor of that name. */
        NO_SUCH_TENSOR,
        /** The tensor's type cannot be converted to the one asked for. */
        UNSUPPORTED_CONVERSION,
        /** The tensor has more elements than a Java array. */
        TOO_LARGE_FOR_ARRAY,
        /** A tensor to write has a name that the format keeps for itself. */
        RESERVED_NAME,
        /** The memory given for a tensor's elements has another size. */
        WRONG_DESTINATION_SIZE
    }

    SafetensorsException(Problem problem, String file, String subject, String expected, String found, String cure) {
        super(Quote.bare(file) + ": " + subject + ": expected " + expected + ", found " + found + "; " + cure);
        this.problem = problem;
    }

    /** What is wrong, for programs. */
    public Problem problem() {
        return problem;
    }

    /** How messages name a tensor. */
    static String tensor(String name) {
        return "tensor " + Quote.of(name);
    }
}
