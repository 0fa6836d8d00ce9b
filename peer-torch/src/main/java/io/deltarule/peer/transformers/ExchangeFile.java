package io.deltarule.peer.transformers;

import io.deltarule.core.DeltaShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that two processes share: a temporary file with room for one run's operands and results, one after the other. Once
 * both have mapped it, it needs no name any more, and without one nothing of it stays however the processes end.
 */
final class ExchangeFile implements AutoCloseable {
    private static final Path IN_MEMORY = Path.of("/dev/shm"); // where Linux has it: nothing is written to a disk

    final Path path;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment data;

    /** Where a tensor begins, in numbers. */
    final long q;

    final long k;
    final long v;
    final long g;
    final long beta;
    final long first;
    final long o;
    final long last;

    ExchangeFile(DeltaShape s) {
        long rows = Math.multiplyExact(Math.multiplyExact((long) s.B(), s.T()), s.HV());
        long state = Math.multiplyExact(Math.multiplyExact((long) s.B() * s.HV(), s.K()), s.V());
        q = 0;
        k = q + Math.multiplyExact(rows, s.K());
        v = k + Math.multiplyExact(rows, s.K());
        g = v + Math.multiplyExact(rows, s.V());
        beta = g + rows;
        first = beta + rows;
        o = first + state;
        last = o + Math.multiplyExact(rows, s.V());
        long bytes = Math.multiplyExact(Math.max(1, last + state), Float.BYTES);
        Path made = null;
        try {
            made = Files.isWritable(IN_MEMORY)
                    ? Files.createTempFile(IN_MEMORY, "deltarule-", null)
                    : Files.createTempFile("deltarule-", null);
            try (FileChannel channel = FileChannel.open(made, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                data = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
            }
        } catch (IOException e) {
            arena.close();
            delete(made);
            throw new UncheckedIOException("engine transformers: no room for " + bytes + " bytes to exchange", e);
        }
        path = made;
        path.toFile().deleteOnExit(); // where it ends before the other has mapped it
    }

    /** Copies a tensor's numbers to a place. */
    void write(MemorySegment from, long place) {
        MemorySegment.copy(from, 0, data, place * Float.BYTES, from.byteSize());
    }

    /** Copies as many numbers as a tensor has from a place. */
    void read(long place, MemorySegment to) {
        MemorySegment.copy(data, place * Float.BYTES, to, 0, to.byteSize());
    }

    /** Takes its name away, where the system lets go of the name of a file in use; elsewhere {@link #close} does. */
    void unname() {
        delete(path);
    }

    private static void delete(Path path) {
        try {
            if (path != null) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // in use, and this is no Unix: deleted when the process ends
        }
    }

    @Override
    public void close() {
        arena.close();
        delete(path);
    }
}
