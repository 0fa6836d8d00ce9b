package io.deltarule.loader;

/**
 * A GGUF file that cannot be read, used or written as asked. The message is one line that names the file, the key or tensor
 * where there is one, what was expected, what was found and what to do; {@link #problem()} tells causes apart.
 */
public final class GgufException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The cure for a file whose bytes contradict the format. */
    static final String DAMAGED = "the file is damaged or no GGUF file: fetch it or write it again";

    private final Problem problem;

    /** One constant per cause. */
    public enum Problem {
        /** There is no such file. */
        NOT_FOUND,
        /** The path is a folder, a device or a pipe. */
        NOT_A_REGULAR_FILE,
        /** The operating system refused to read or write. */
        IO_FAILED,

        /** The first bytes are not those of a GGUF file. */
        NOT_GGUF,
        /** The version is one that this library does not read, or the file is big-endian. */
        UNSUPPORTED_VERSION,
        /** The file ends before what it says is in it. */
        TRUNCATED,
        /** A count or a length is larger than the file that is to hold so much. */
        COUNT_TOO_LARGE,
        /** A key or a name is longer than the format allows, or empty. */
        WRONG_NAME_LENGTH,
        /** A text is not UTF-8. */
        NOT_UTF8,
        /** A key appears twice. */
        DUPLICATE_KEY,
        /** Two tensors have the same name. */
        DUPLICATE_TENSOR,
        /** The format has no such type of value. */
        UNKNOWN_VALUE_TYPE,
        /** A truth value is neither 0 nor 1. */
        INVALID_BOOL,
        /** An array holds arrays. */
        NESTED_ARRAY,
        /** A value has another type than the one asked for. */
        WRONG_VALUE_TYPE,
        /** There is no value of that key. */
        NO_SUCH_KEY,
        /** This library knows no such tensor type. */
        UNKNOWN_TENSOR_TYPE,
        /** A tensor has no axes or too many. */
        TOO_MANY_AXES,
        /** A tensor's size overflows. */
        SIZE_OVERFLOW,
        /** A tensor's rows are no whole number of its type's blocks. */
        PARTIAL_BLOCK,
        /** The alignment is no power of two. */
        BAD_ALIGNMENT,
        /** A tensor begins at no multiple of the alignment. */
        MISALIGNED,
        /** Two tensors share bytes. */
        OVERLAP,

        /** The file holds no tensor of that name. */
        NO_SUCH_TENSOR,
        /** A tensor to write has more or fewer bytes than its shape and type ask for. */
        SIZE_MISMATCH
    }

    GgufException(Problem problem, String file, String subject, String expected, String found, String cure) {
        super(Quote.bare(file) + ": " + subject + ": expected " + expected + ", found " + found + "; " + cure);
        this.problem = problem;
    }

    /** What is wrong, for programs. */
    public Problem problem() {
        return problem;
    }

    /** How messages name a key. */
    static String key(String name) {
        return "key " + Quote.of(name);
    }

    /** How messages name a tensor. */
    static String tensor(String name) {
        return "tensor " + Quote.of(name);
    }
}
