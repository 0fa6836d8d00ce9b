package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A safetensors file, mapped into memory: opening reads the header only, tensors are read where they lie, and files of
 * any size work. The header is checked whole before {@link #open} returns, so that every tensor listed is there.
 *
 * <p>Elements are little-endian in the file whatever the machine, and their addresses may be unaligned; the
 * {@code read…} methods take care of both. Safe for use by many threads. Nothing may shorten the file while it is open:
 * the operating system then fails accesses to the missing part.
 *
 * <p>Source: README and {@code tensor.rs} of the reference implementation, huggingface/safetensors.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** The longest array that every JVM can make. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private final String label;
    private final Arena arena;
    private final Header header;
    private final MemorySegment data;
    private final Map<String, TensorInfo> byName;

    private SafetensorsFile(String label, Arena arena, MemorySegment file) {
        this.label = label;
        this.arena = arena;
        this.header = Header.read(file, label);
        this.data = file.asSlice(header.dataStart());
        this.byName = LinkedHashMap.newLinkedHashMap(header.tensors().size());
        for (TensorInfo tensor : header.tensors()) {
            byName.put(tensor.name(), tensor);
        }
    }

    /**
     * Maps a file and checks its header.
     *
     * @throws SafetensorsException if there is no such regular file, it cannot be read, or its bytes are no valid
     *     safetensors file; one {@link SafetensorsException.Problem} per cause
     */
    public static SafetensorsFile open(Path path) {
        String label = path.toString();
        checkRegular(path, label);
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            SafetensorsFile result = new SafetensorsFile(label, arena, file);
            opened = true;
            return result;
        } catch (NoSuchFileException e) {
            throw notFound(label);
        } catch (AccessDeniedException e) {
            throw new SafetensorsException(
                    Problem.ACCESS_DENIED,
                    label,
                    "file",
                    "permission to read",
                    "none",
                    "change the file's permissions, or run as a user who may read it");
        } catch (IOException e) {
            throw new SafetensorsException(
                    Problem.IO_FAILED,
                    label,
                    "file",
                    "to read it",
                    Quote.bare(e.toString()),
                    "check the disk or network that holds it");
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /** Opening a pipe would wait for a writer, and a device has no end. */
    private static void checkRegular(Path path, String label) {
        if (Files.isRegularFile(path)) {
            return;
        }
        if (Files.isDirectory(path)) {
            throw new SafetensorsException(
                    Problem.NOT_A_REGULAR_FILE,
                    label,
                    "path",
                    "a safetensors file",
                    "a folder",
                    "name the file inside it, often model.safetensors");
        }
        if (Files.exists(path)) {
            throw new SafetensorsException(
                    Problem.NOT_A_REGULAR_FILE,
                    label,
                    "path",
                    "a regular file, which can be mapped into memory",
                    "a device or a pipe",
                    "copy its content to a file first");
        }
        throw notFound(label);
    }

    private static SafetensorsException notFound(String label) {
        return new SafetensorsException(
                Problem.NOT_FOUND, label, "path", "a safetensors file", "nothing", "check the path for a misspelling");
    }

    /** The tensors in the order of their bytes. */
    public List<TensorInfo> tensors() {
        return header.tensors();
    }

    /** The header's {@code __metadata__} in the file's order; empty if it has none. Cannot be modified. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** Whether the file holds a tensor of this name. */
    public boolean contains(String name) {
        return byName.containsKey(name);
    }

    /**
     * What the header says of a tensor.
     *
     * @throws SafetensorsException if the file holds no tensor of this name
     */
    public TensorInfo info(String name) {
        TensorInfo tensor = byName.get(name);
        if (tensor == null) {
            String some = byName.keySet().stream().limit(8).map(Quote::of).collect(Collectors.joining(", "));
            throw new SafetensorsException(
                    Problem.NO_SUCH_TENSOR,
                    label,
                    SafetensorsException.tensor(name),
                    "a tensor of this name",
                    byName.size() + " tensors" + (some.isEmpty() ? "" : " such as " + some),
                    "check the name for a misspelling, or use the file that holds it");
        }
        return tensor;
    }

    /**
     * A tensor's bytes as they lie in the file, without a copy: read-only, little-endian, possibly unaligned (use the
     * {@code _UNALIGNED} layouts), valid until this file is closed.
     *
     * @throws SafetensorsException if the file holds no tensor of this name
     * @throws IllegalStateException if this file is closed
     */
    public MemorySegment tensor(String name) {
        TensorInfo tensor = info(name);
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(Quote.bare(label) + ": expected an open file, found it closed; read "
                    + SafetensorsException.tensor(name) + " before close()");
        }
        return data.asSlice(tensor.begin(), tensor.byteSize());
    }

    /**
     * A tensor's elements as native floats, in a new array.
     *
     * @see #readFloats(String, MemorySegment)
     */
    public float[] readFloats(String name) {
        TensorInfo tensor =
                convertible(name, ElementConversion.hasFloats(info(name).dtype()), "F32, F16, BF16 or F64");
        MemorySegment source = tensor(name);
        float[] floats = new float[arrayLength(tensor)];
        ElementConversion.toFloats(tensor.dtype(), source, MemorySegment.ofArray(floats), floats.length);
        return floats;
    }

    /**
     * Copies a tensor's elements as native floats: F32, F16 and BF16 exactly, F64 rounded to nearest.
     *
     * @param target as many floats as the tensor has elements, in the machine's byte order; modified
     * @throws SafetensorsException if the file holds no tensor of this name, its type is another, or {@code target} has
     *     another size
     */
    public void readFloats(String name, MemorySegment target) {
        TensorInfo tensor =
                convertible(name, ElementConversion.hasFloats(info(name).dtype()), "F32, F16, BF16 or F64");
        long count = tensor.elementCount();
        // Divided, not multiplied: four bytes for each of 2^62 elements of no bytes would overflow.
        if (target.byteSize() % Float.BYTES != 0 || target.byteSize() / Float.BYTES != count) {
            throw new SafetensorsException(
                    Problem.WRONG_DESTINATION_SIZE,
                    label,
                    SafetensorsException.tensor(name),
                    "memory for " + count + " floats of " + Float.BYTES + " bytes",
                    target.byteSize() + " bytes",
                    "allocate as many floats as elementCount() says");
        }
        ElementConversion.toFloats(tensor.dtype(), tensor(name), target, count);
    }

    /**
     * A tensor's elements as longs, in a new array.
     *
     * @throws SafetensorsException if the file holds no tensor of this name, or its type is neither I64 nor I32
     */
    public long[] readLongs(String name) {
        TensorInfo tensor =
                convertible(name, ElementConversion.hasLongs(info(name).dtype()), "I64 or I32");
        MemorySegment source = tensor(name);
        long[] longs = new long[arrayLength(tensor)];
        ElementConversion.toLongs(tensor.dtype(), source, longs);
        return longs;
    }

    private TensorInfo convertible(String name, boolean can, String types) {
        TensorInfo tensor = info(name);
        if (!can) {
            throw new SafetensorsException(
                    Problem.UNSUPPORTED_CONVERSION,
                    label,
                    SafetensorsException.tensor(name),
                    "type " + types,
                    tensor.dtype().toString(),
                    "convert the tensor, or read its bytes with tensor(name)");
        }
        return tensor;
    }

    private int arrayLength(TensorInfo tensor) {
        if (tensor.elementCount() > MAX_ARRAY) {
            throw new SafetensorsException(
                    Problem.TOO_LARGE_FOR_ARRAY,
                    label,
                    SafetensorsException.tensor(tensor.name()),
                    "at most " + MAX_ARRAY + " elements for an array",
                    Long.toString(tensor.elementCount()),
                    "read it into a MemorySegment, or use tensor(name)");
        }
        return (int) tensor.elementCount();
    }

    /** Unmaps the file; segments of its tensors can no longer be read. Closing twice does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
