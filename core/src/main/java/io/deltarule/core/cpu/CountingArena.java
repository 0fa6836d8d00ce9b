package io.deltarule.core.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A shared arena that knows how many bytes it has given out. */
final class CountingArena implements Arena {
    private final Arena arena = Arena.ofShared();
    private long bytes;

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        MemorySegment memory = arena.allocate(byteSize, byteAlignment);
        synchronized (this) { // scratch is made by the threads that first need it
            bytes += byteSize;
        }
        return memory;
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    @Override
    public void close() {
        arena.close();
    }

    synchronized long bytes() {
        return bytes;
    }
}
