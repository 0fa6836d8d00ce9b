package io.deltarule.loader;

import io.deltarule.loader.GgufException.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a GGUF file of version 3, whole or not at all. Tensors' bytes may be made while they are written, so that a file may
 * be larger than memory.
 */
public final class GgufWriter {
    private static final String NEW_FILE = "new GGUF file";
    private static final int VERSION = 3;

    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> tensors = new LinkedHashMap<>();

    /** Makes a tensor's bytes when they are to be written. */
    @FunctionalInterface
    public interface Content {
        /**
         * Gives all bytes, in order, in pieces of any size.
         *
         * @param out takes them
         */
        void writeTo(Sink out) throws IOException;
    }

    /** Takes bytes. */
    @FunctionalInterface
    public interface Sink {
        /** Takes some, before it returns. */
        void write(MemorySegment bytes) throws IOException;
    }

    private record Entry(GgufTensor info, Content content) {}

    /** Of a file without values and tensors as yet. */
    public GgufWriter() {}

    /** Adds a value, or replaces it. */
    public GgufWriter metadata(String key, GgufValue value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a tensor.
     *
     * @param shape row-major, outermost axis first
     * @param content makes as many bytes as type and shape ask for
     * @throws GgufException if there is one of that name, or rows are no whole blocks
     */
    public GgufWriter tensor(String name, GgufType type, long[] shape, Content content) {
        if (shape.length < 1 || shape.length > GgufHeader.MOST_AXES) {
            throw new GgufException(
                    Problem.TOO_MANY_AXES,
                    NEW_FILE,
                    GgufException.tensor(name),
                    "1 to " + GgufHeader.MOST_AXES + " axes",
                    Arrays.toString(shape),
                    "join some axes");
        }
        long size = GgufTensor.byteSize(NEW_FILE, name, type, shape);
        GgufTensor info =
                new GgufTensor(name, type, Arrays.stream(shape).boxed().toList(), 0, size);
        if (tensors.put(name, new Entry(info, content)) != null) {
            throw new GgufException(
                    Problem.DUPLICATE_TENSOR,
                    NEW_FILE,
                    GgufException.tensor(name),
                    "every name once",
                    "it twice",
                    "rename one of the two");
        }
        return this;
    }

    /** Adds a tensor whose bytes are there. */
    public GgufWriter tensor(String name, GgufType type, long[] shape, MemorySegment bytes) {
        return tensor(name, type, shape, out -> out.write(bytes));
    }

    /**
     * Writes the file, or replaces it. When this throws, the path holds what it held before.
     *
     * @throws GgufException if a tensor's content has another size, or the operating system refuses
     */
    public void write(Path path) {
        byte[] header = header();
        try {
            AtomicFile.write(path, out -> {
                writeFully(out, ByteBuffer.wrap(header));
                for (Map.Entry<String, Entry> tensor : tensors.entrySet()) {
                    pad(out);
                    write(tensor.getKey(), tensor.getValue(), out);
                }
            });
        } catch (SafetensorsException e) { // whole files of both kinds are made in one place
            throw new GgufException(
                    Problem.IO_FAILED,
                    path.toString(),
                    "file",
                    "to write it",
                    e.getMessage(),
                    "check the disk's free space and the folder's permissions; nothing was changed");
        }
    }

    private static void write(String name, Entry tensor, FileChannel out) throws IOException {
        long start = out.position();
        tensor.content().writeTo(bytes -> writeFully(out, bytes.asByteBuffer()));
        long written = out.position() - start;
        if (written != tensor.info().byteSize()) {
            throw new GgufException(
                    Problem.SIZE_MISMATCH,
                    NEW_FILE,
                    GgufException.tensor(name),
                    tensor.info().byteSize() + " bytes for " + tensor.info().type()
                            + tensor.info().shape(),
                    written + " bytes",
                    "give as many as shape and type say");
        }
    }

    private int alignment() {
        GgufValue given = metadata.get(GgufHeader.ALIGNMENT);
        return given == null ? GgufHeader.USUAL_ALIGNMENT : ((Long) given.held()).intValue();
    }

    private void pad(FileChannel out) throws IOException {
        int alignment = alignment();
        int over = (int) (out.position() % alignment);
        if (over > 0) {
            writeFully(out, ByteBuffer.allocate(alignment - over));
        }
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private byte[] header() {
        Bytes out = new Bytes();
        out.number(GgufHeader.MAGIC, Integer.BYTES);
        out.number(VERSION, Integer.BYTES);
        out.number(tensors.size(), Long.BYTES);
        out.number(metadata.size(), Long.BYTES);
        metadata.forEach((key, value) -> {
            out.text(key);
            out.value(value);
        });
        long at = 0;
        int alignment = alignment();
        for (Map.Entry<String, Entry> tensor : tensors.entrySet()) {
            out.text(tensor.getKey());
            GgufTensor info = tensor.getValue().info();
            List<Long> axes = info.shape().reversed();
            out.number(axes.size(), Integer.BYTES);
            axes.forEach(extent -> out.number(extent, Long.BYTES));
            out.number(info.type().id(), Integer.BYTES);
            out.number(at, Long.BYTES);
            at = Math.addExact(at, (info.byteSize() + alignment - 1) / alignment * alignment);
        }
        return out.toByteArray();
    }

    /** A header's bytes, little-endian. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        byte[] toByteArray() {
            return out.toByteArray();
        }

        void number(long bits, int bytes) {
            byte[] all = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(bits)
                    .array();
            out.write(all, 0, bytes);
        }

        void text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            number(utf8.length, Long.BYTES);
            out.writeBytes(utf8);
        }

        void value(GgufValue value) {
            number(value.type().id(), Integer.BYTES);
            if (value.held() instanceof List<?> list) {
                number(value.element().id(), Integer.BYTES);
                number(list.size(), Long.BYTES);
                list.forEach(one -> held(value.element(), one));
            } else {
                held(value.type(), value.held());
            }
        }

        private void held(GgufValue.Type type, Object held) {
            switch (held) {
                case Long n -> number(n, type.leastBytes());
                case Double d
                when type == GgufValue.Type.F32 -> number(Float.floatToRawIntBits(d.floatValue()), Integer.BYTES);
                case Double d -> number(Double.doubleToRawLongBits(d), Long.BYTES);
                case Boolean b -> number(b ? 1 : 0, 1);
                case String text -> text(text);
                default -> throw new AssertionError(held);
            }
        }
    }
}
