package io.deltarule.loader;

import io.deltarule.loader.GgufException.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file of version 2 or 3, mapped into memory: opening reads and checks the header, tensors are read where they lie.
 *
 * <p>Safe for use by many threads. Nothing may shorten the file while it is open. Source: {@code docs/gguf.md} of
 * ggml-org/ggml.
 */
public final class GgufFile implements AutoCloseable {
    private final String label;
    private final Arena arena;
    private final GgufHeader header;
    private final MemorySegment data;

    private GgufFile(String label, Arena arena, MemorySegment file) {
        this.label = label;
        this.arena = arena;
        this.header = GgufHeader.read(file, label);
        this.data = file.asSlice(header.dataStart());
    }

    /**
     * Maps a file and checks its header.
     *
     * @throws GgufException if there is no such regular file, it cannot be read, or its bytes are no valid GGUF file; one
     *     {@link GgufException.Problem} per cause
     */
    public static GgufFile open(Path path) {
        String label = path.toString();
        if (!Files.isRegularFile(path)) {
            boolean there = Files.exists(path);
            throw new GgufException(
                    there ? Problem.NOT_A_REGULAR_FILE : Problem.NOT_FOUND,
                    label,
                    "path",
                    "a GGUF file",
                    there ? "a folder, a device or a pipe" : "nothing",
                    "name the file");
        }
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            GgufFile result = new GgufFile(label, arena, file);
            opened = true;
            return result;
        } catch (IOException e) {
            throw new GgufException(
                    Problem.IO_FAILED,
                    label,
                    "file",
                    "to read it",
                    Quote.bare(e.toString()),
                    "check its permissions, and the disk or network that holds it");
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /** Whether a file begins as a GGUF file does; false where it cannot be read. */
    public static boolean isOne(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (var in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(4);
            return start.length == 4 && start[0] == 'G' && start[1] == 'G' && start[2] == 'U' && start[3] == 'F';
        } catch (IOException e) {
            return false;
        }
    }

    /** The metadata in the file's order. Cannot be modified. */
    public Map<String, GgufValue> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** The tensors in the header's order. */
    public List<GgufTensor> tensors() {
        return List.copyOf(header.tensors().values());
    }

    /** Whether the file holds a tensor of this name. */
    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /**
     * What the header says of a tensor.
     *
     * @throws GgufException if the file holds no tensor of this name
     */
    public GgufTensor info(String name) {
        GgufTensor tensor = header.tensors().get(name);
        if (tensor == null) {
            throw new GgufException(
                    Problem.NO_SUCH_TENSOR,
                    label,
                    GgufException.tensor(name),
                    "a tensor of this name",
                    header.tensors().size() + " tensors of other names",
                    "check the name for a misspelling");
        }
        return tensor;
    }

    /**
     * A tensor's bytes as they lie in the file, without a copy: read-only, little-endian, valid until this file is closed.
     *
     * @throws GgufException if the file holds no tensor of this name
     * @throws IllegalStateException if this file is closed
     */
    public MemorySegment tensor(String name) {
        GgufTensor tensor = info(name);
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(Quote.bare(label) + ": expected an open file, found it closed; read "
                    + GgufException.tensor(name) + " before close()");
        }
        return data.asSlice(tensor.begin(), tensor.byteSize());
    }

    /** Unmaps the file; segments of its tensors can no longer be read. Closing twice does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
