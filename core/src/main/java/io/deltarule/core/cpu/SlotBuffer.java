package io.deltarule.core.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A slot's rows off-heap, [tokens, width] without padding between rows. Whole vectors may be read and written up to one
 * vector past the last row.
 *
 * @param data the rows
 * @param address where the first one is, for BLAS
 * @param width floats per row
 */
record SlotBuffer(MemorySegment data, long address, int width) {
    private static final int ALIGNMENT = 64;

    static SlotBuffer allocate(Arena arena, int tokens, int width) {
        MemorySegment data = arena.allocate((long) tokens * width * Float.BYTES + Lanes.BYTES, ALIGNMENT);
        return new SlotBuffer(data, data.address(), width);
    }

    /** The same memory with rows of another width. */
    SlotBuffer withWidth(int other) {
        return new SlotBuffer(data, address, other);
    }

    /** Byte offset of a row in {@link #data}. */
    long row(long token) {
        return token * width * Float.BYTES;
    }

    /** Byte offset of a number in {@link #data}. */
    long offset(long token, long column) {
        return (token * width + column) * Float.BYTES;
    }

    /** Address of a row. */
    long at(long token) {
        return address + row(token);
    }
}
