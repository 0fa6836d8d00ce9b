package io.deltarule.tornado.stored;

import io.deltarule.core.Storage;
import java.util.Set;

/** How kernels read and write numbers of 16 bits. */
public enum NumberFormat {
    /** Any backend. */
    BFLOAT16(Storage.BFLOAT16, BFloat16Numbers.class, NumberFormat.CODE_BFLOAT16),
    /** TornadoVM's CUDA backend. */
    NATIVE_BFLOAT16(Storage.BFLOAT16, NativeBFloat16Numbers.class, NumberFormat.CODE_NATIVE_BFLOAT16),
    /** Any backend. */
    FLOAT16(Storage.FLOAT16, Float16Numbers.class, NumberFormat.CODE_FLOAT16);

    /** What kernels that are told a format call {@link #BFLOAT16}. */
    public static final int CODE_BFLOAT16 = 16;
    /** {@link #NATIVE_BFLOAT16} likewise. */
    public static final int CODE_NATIVE_BFLOAT16 = 17;
    /** {@link #FLOAT16} likewise. */
    public static final int CODE_FLOAT16 = 18;

    /** Backends with bfloat16 numbers; a virtual device compiles for that one. */
    private static final Set<String> NATIVE = Set.of("CUDA", "VIRTUAL");

    private final Storage storage;
    private final Class<?> numbers;
    private final int code;

    /** @param numbers has {@code get} and {@code set}, and what {@link Held} has, all of a ShortArray */
    NumberFormat(Storage storage, Class<?> numbers, int code) {
        this.storage = storage;
        this.numbers = numbers;
        this.code = code;
    }

    /** The numbers that it is of. */
    public Storage storage() {
        return storage;
    }

    Class<?> numbers() {
        return numbers;
    }

    /** What kernels that are told a format call it. */
    public int code() {
        return code;
    }

    /** The first or second 16 bits of a word in a kernel, their highest as the sign. */
    public static int half(int word, int which) {
        return word << (Short.SIZE - Short.SIZE * which) >> Short.SIZE;
    }

    /** That of a storage of 16 bits on a backend of TornadoVM, by its name. */
    public static NumberFormat of(Storage storage, String backend) {
        return switch (storage) {
            case BFLOAT16 -> NATIVE.contains(backend) ? NATIVE_BFLOAT16 : BFLOAT16;
            case FLOAT16 -> FLOAT16;
            case FLOAT32 -> throw new IllegalArgumentException("storage: expected 16 bits but found " + storage.id());
        };
    }
}
