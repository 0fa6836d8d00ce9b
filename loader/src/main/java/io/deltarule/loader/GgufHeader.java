package io.deltarule.loader;

import io.deltarule.loader.GgufException.Problem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a GGUF file: its metadata, and its tensors, each inside the file and none sharing bytes with another.
 *
 * <pre>  "GGUF" | u32 version | u64 tensors | u64 keys | key, type, value … | name, axes, type, offset … | padding | data</pre>
 */
record GgufHeader(int version, Map<String, GgufValue> metadata, Map<String, GgufTensor> tensors, long dataStart) {
    static final int MAGIC = 0x46554747; // "GGUF", little-endian
    static final String ALIGNMENT = "general.alignment";
    static final int USUAL_ALIGNMENT = 32;
    static final int MOST_AXES = 4;

    /** Key length, type and a byte of value; name length, axes' count, type, offset. */
    private static final int LEAST_KEY = 13;

    private static final int LEAST_TENSOR = 32;

    /**
     * Reads and checks the header of a whole file.
     *
     * @param file all bytes of the file
     * @param label how messages name the file
     * @throws GgufException if the bytes are no valid GGUF file
     */
    static GgufHeader read(MemorySegment file, String label) {
        GgufCursor in = new GgufCursor(file, label);
        checkMagic(file, in, label);
        int version = version(in, label);
        long tensors = in.count("number of tensors", LEAST_TENSOR);
        long keys = in.count("number of keys", LEAST_KEY);
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (long i = 0; i < keys; i++) {
            String key = in.name("key " + i);
            if (metadata.put(key, in.value(GgufException.key(key))) != null) {
                throw new GgufException(
                        Problem.DUPLICATE_KEY,
                        label,
                        GgufException.key(key),
                        "every key once",
                        "it twice",
                        GgufException.DAMAGED);
            }
        }
        int alignment = alignment(metadata, label);
        Map<String, GgufTensor> byName = new LinkedHashMap<>();
        for (long i = 0; i < tensors; i++) {
            GgufTensor tensor = tensor(in, label, i, alignment);
            if (byName.put(tensor.name(), tensor) != null) {
                throw new GgufException(
                        Problem.DUPLICATE_TENSOR,
                        label,
                        GgufException.tensor(tensor.name()),
                        "every name once",
                        "it twice",
                        GgufException.DAMAGED);
            }
        }
        long dataStart = (in.at() + alignment - 1) / alignment * alignment;
        checkPlaces(byName, label, file.byteSize() - dataStart);
        // A file without data may end where padding would begin.
        return new GgufHeader(version, metadata, byName, Math.min(dataStart, file.byteSize()));
    }

    private static void checkMagic(MemorySegment file, GgufCursor in, String label) {
        if (file.byteSize() < Integer.BYTES || in.u32("magic number") != MAGIC) {
            throw new GgufException(
                    Problem.NOT_GGUF,
                    label,
                    "first bytes",
                    "GGUF",
                    file.byteSize() < Integer.BYTES ? file.byteSize() + " bytes in all" : "others",
                    GgufException.DAMAGED);
        }
    }

    private static int version(GgufCursor in, String label) {
        long version = in.u32("version");
        if (version == 2 || version == 3) {
            return (int) version;
        }
        boolean swapped = Integer.reverseBytes((int) version) == 2 || Integer.reverseBytes((int) version) == 3;
        throw new GgufException(
                Problem.UNSUPPORTED_VERSION,
                label,
                "version",
                "2 or 3, little-endian",
                swapped ? "a big-endian file" : Long.toString(version),
                "convert the model again with a current llama.cpp");
    }

    private static int alignment(Map<String, GgufValue> metadata, String label) {
        GgufValue given = metadata.get(ALIGNMENT);
        if (given == null) {
            return USUAL_ALIGNMENT;
        }
        boolean right = given.type() == GgufValue.Type.U32
                && given.held() instanceof Long n
                && n >= 1
                && n <= 1 << 30
                && Long.bitCount(n) == 1;
        if (!right) {
            throw new GgufException(
                    Problem.BAD_ALIGNMENT,
                    label,
                    GgufException.key(ALIGNMENT),
                    "a U32 that is a power of two",
                    given.toString(),
                    GgufException.DAMAGED);
        }
        return ((Long) given.held()).intValue();
    }

    private static GgufTensor tensor(GgufCursor in, String label, long index, int alignment) {
        String name = in.name("name of tensor " + index);
        String subject = GgufException.tensor(name);
        long axes = in.u32(subject);
        if (axes < 1 || axes > MOST_AXES) {
            throw new GgufException(
                    Problem.TOO_MANY_AXES,
                    label,
                    subject,
                    "1 to " + MOST_AXES + " axes",
                    Long.toString(axes),
                    GgufException.DAMAGED);
        }
        long[] shape = new long[(int) axes];
        for (int i = shape.length - 1; i >= 0; i--) {
            shape[i] = notNegative(in.bits64(subject), label, subject);
        }
        long id = in.u32(subject);
        GgufType type = GgufType.of(id)
                .orElseThrow(() -> new GgufException(
                        Problem.UNKNOWN_TENSOR_TYPE,
                        label,
                        subject,
                        "a tensor type that this library knows",
                        "number " + id,
                        "fetch or make the model in another type, Q8_0 for example"));
        long begin = notNegative(in.bits64(subject), label, subject);
        if (begin % alignment != 0) {
            throw new GgufException(
                    Problem.MISALIGNED,
                    label,
                    subject,
                    "an offset that is a multiple of " + alignment,
                    Long.toString(begin),
                    GgufException.DAMAGED);
        }
        List<Long> extents = new ArrayList<>();
        for (long extent : shape) {
            extents.add(extent);
        }
        return new GgufTensor(name, type, extents, begin, GgufTensor.byteSize(label, name, type, shape));
    }

    private static long notNegative(long bits, String label, String subject) {
        if (bits < 0) {
            throw new GgufException(
                    Problem.SIZE_OVERFLOW,
                    label,
                    subject,
                    "numbers of at most " + Long.MAX_VALUE,
                    Long.toUnsignedString(bits),
                    GgufException.DAMAGED);
        }
        return bits;
    }

    private static void checkPlaces(Map<String, GgufTensor> tensors, String label, long dataSize) {
        List<GgufTensor> sorted = tensors.values().stream()
                .sorted(Comparator.comparingLong(GgufTensor::begin).thenComparingLong(GgufTensor::byteSize))
                .toList();
        GgufTensor previous = null;
        for (GgufTensor tensor : sorted) {
            String subject = GgufException.tensor(tensor.name());
            // Not end(): the sum could overflow.
            if (tensor.byteSize() > dataSize - tensor.begin()) {
                throw new GgufException(
                        Problem.TRUNCATED,
                        label,
                        subject,
                        tensor.byteSize() + " bytes from byte " + tensor.begin() + " of the data on",
                        Math.max(0, dataSize) + " bytes of data",
                        "the file was cut short or is damaged: fetch or write it again");
            }
            if (previous != null && tensor.begin() < previous.end()) {
                throw new GgufException(
                        Problem.OVERLAP,
                        label,
                        subject,
                        "bytes of its own",
                        "some that " + GgufException.tensor(previous.name()) + " has too",
                        GgufException.DAMAGED);
            }
            previous = tensor;
        }
    }
}
