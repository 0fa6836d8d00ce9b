package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers tensors and metadata, then writes them as one safetensors file.
 *
 * <p>The bytes are those of the reference writer: tensors by element type, the last of {@link Dtype} first, then by
 * name, so that every tensor is aligned to its elements however they were added. Nothing is copied before
 * {@link #write}, which streams: the memory given has to stay as it is until then. The file appears whole or not at
 * all. Not safe for use by many threads.
 */
public final class SafetensorsWriter {
    /** How much goes to the file at once. */
    private static final int BLOCK_BYTES = 1 << 20;

    /** How messages name a file that has no path yet. */
    private static final String NEW_FILE = "new safetensors file";

    private static final ValueLayout.OfFloat FILE_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong FILE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final Comparator<Entry> FILE_ORDER = Comparator.comparing(Entry::dtype)
            .reversed()
            // By bytes of UTF-8, as the reference writer compares: String's own order differs past U+FFFF.
            .thenComparing(e -> e.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** One tensor, and how its elements become the file's: layouts of the same width, differing at most in order. */
    private record Entry(TensorInfo info, MemorySegment source, ValueLayout from, ValueLayout to) {
        String name() {
            return info.name();
        }

        Dtype dtype() {
            return info.dtype();
        }
    }

    /** Makes a writer of nothing yet. */
    public SafetensorsWriter() {
        // Nothing to do: a file without tensors is valid.
    }

    /**
     * Adds an entry of {@code __metadata__}, after those added before.
     *
     * @throws SafetensorsException if the key was added before, or either text is no valid Unicode
     */
    public SafetensorsWriter metadata(String key, String value) {
        String subject = HeaderParser.METADATA + " " + Quote.of(key);
        checkText(key, subject);
        checkText(value, subject);
        if (metadata.putIfAbsent(key, value) != null) {
            throw refused(Problem.DUPLICATE_KEY, subject, "a new key", "one added before", "add every key once");
        }
        return this;
    }

    /** Adds every entry of a map, as {@link #metadata(String, String)} does. */
    public SafetensorsWriter metadata(Map<String, String> all) {
        all.forEach(this::metadata);
        return this;
    }

    /**
     * Adds a tensor by its bytes as they are to stand in the file: little-endian, row-major.
     *
     * @param name any text but {@code __metadata__}, new to this writer
     * @param shape the extent of every axis, outermost first; copied
     * @param bytes as many as shape and type ask for; not copied, not modified
     * @throws SafetensorsException if name, shape and size of {@code bytes} do not fit together
     */
    public SafetensorsWriter add(String name, Dtype dtype, long[] shape, MemorySegment bytes) {
        return add(name, dtype, shape, bytes, ValueLayout.JAVA_BYTE, ValueLayout.JAVA_BYTE);
    }

    /**
     * Adds a tensor of type F32.
     *
     * @param floats in the machine's byte order, row-major; not copied, not modified
     * @throws SafetensorsException as {@link #add}
     */
    public SafetensorsWriter addFloats(String name, long[] shape, MemorySegment floats) {
        return add(name, Dtype.F32, shape, floats, ValueLayout.JAVA_FLOAT_UNALIGNED, FILE_FLOAT);
    }

    /** Adds a tensor of type F32 from an array, as {@link #addFloats(String, long[], MemorySegment)} does. */
    public SafetensorsWriter addFloats(String name, long[] shape, float[] floats) {
        return addFloats(name, shape, MemorySegment.ofArray(floats));
    }

    /**
     * Adds a tensor of type I64.
     *
     * @param longs row-major; not copied, not modified
     * @throws SafetensorsException as {@link #add}
     */
    public SafetensorsWriter addLongs(String name, long[] shape, long[] longs) {
        return add(name, Dtype.I64, shape, MemorySegment.ofArray(longs), ValueLayout.JAVA_LONG_UNALIGNED, FILE_LONG);
    }

    private SafetensorsWriter add(
            String name, Dtype dtype, long[] shape, MemorySegment source, ValueLayout from, ValueLayout to) {
        String subject = SafetensorsException.tensor(name);
        checkText(name, subject);
        if (name.equals(HeaderParser.METADATA)) {
            throw refused(Problem.RESERVED_NAME, subject, "a tensor's name", "a reserved one", "rename the tensor");
        }
        if (entries.containsKey(name)) {
            throw refused(Problem.DUPLICATE_KEY, subject, "a new name", "one added before", "rename one of the two");
        }
        if (shape.length > HeaderParser.MAX_AXES) {
            throw refused(
                    Problem.TOO_MANY_AXES,
                    subject,
                    "at most " + HeaderParser.MAX_AXES + " axes",
                    Integer.toString(shape.length),
                    "join some axes");
        }
        for (long extent : shape) {
            if (extent < 0) {
                throw refused(
                        Problem.NEGATIVE_NUMBER,
                        subject,
                        "extents of 0 or more",
                        Arrays.toString(shape),
                        "correct the shape");
            }
        }
        long size = new DataLayout(NEW_FILE).byteSize(name, dtype, shape);
        if (size != source.byteSize()) {
            throw refused(
                    Problem.SIZE_MISMATCH,
                    subject,
                    size + " bytes for " + dtype + Arrays.toString(shape),
                    source.byteSize() + " bytes",
                    "give as many elements as the shape says");
        }
        // The place in the file is known once all tensors are.
        entries.put(name, new Entry(new TensorInfo(name, dtype, shape.clone(), 0, size), source, from, to));
        return this;
    }

    /**
     * Writes the file, or replaces it. When this throws, the path holds what it held before.
     *
     * @throws SafetensorsException if the header would be longer than readers accept, or the operating system refuses
     * @throws IllegalStateException if the memory of a tensor was freed since it was added
     */
    public void write(Path path) {
        List<Entry> sorted = entries.values().stream().sorted(FILE_ORDER).toList();
        byte[] header = HeaderEncoder.encode(metadata, placed(sorted, path), path.toString());
        AtomicFile.write(path, out -> {
            writeFully(out, ByteBuffer.wrap(header));
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
            for (Entry entry : sorted) {
                stream(entry, block, out);
            }
        });
    }

    private static List<TensorInfo> placed(List<Entry> sorted, Path path) {
        List<TensorInfo> placed = new ArrayList<>(sorted.size());
        long begin = 0;
        for (Entry entry : sorted) {
            TensorInfo info = entry.info();
            long end = begin + info.byteSize();
            if (end < 0) {
                throw new SafetensorsException(
                        Problem.SIZE_OVERFLOW,
                        path.toString(),
                        SafetensorsException.tensor(info.name()),
                        "a file of at most " + Long.MAX_VALUE + " bytes",
                        begin + " + " + info.byteSize() + " bytes",
                        "write fewer tensors to one file");
            }
            placed.add(new TensorInfo(info.name(), info.dtype(), info.shape(), begin, end));
            begin = end;
        }
        return placed;
    }

    private static void stream(Entry entry, ByteBuffer block, FileChannel out) throws IOException {
        MemorySegment buffer = MemorySegment.ofBuffer(block.clear());
        long width = entry.from().byteSize();
        long size = entry.source().byteSize();
        for (long done = 0; done < size; done += BLOCK_BYTES) {
            int bytes = (int) Math.min(BLOCK_BYTES, size - done);
            MemorySegment.copy(entry.source(), entry.from(), done, buffer, entry.to(), 0, bytes / width);
            writeFully(out, block.clear().limit(bytes));
        }
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void checkText(String text, String subject) {
        if (!Utf8.isEncodable(text)) {
            throw refused(
                    Problem.INVALID_TEXT,
                    subject,
                    "valid Unicode text",
                    "half a surrogate pair in " + Quote.of(text),
                    "mend the text");
        }
    }

    private static SafetensorsException refused(
            Problem problem, String subject, String expected, String found, String cure) {
        return new SafetensorsException(problem, NEW_FILE, subject, expected, found, cure);
    }
}
