package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.Lanes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A slot's rows off-heap, [tokens, width] without padding between rows. Whole vectors may be read and written up to one
 * vector past the last row.
 *
 * @param data the rows
 * @param width floats per row
 */
public record SlotBuffer(MemorySegment data, int width) {
    private static final int ALIGNMENT = 64;

    public static SlotBuffer allocate(Arena arena, int tokens, int width) {
        MemorySegment data = arena.allocate((long) tokens * width * Float.BYTES + Lanes.BYTES, ALIGNMENT);
        return new SlotBuffer(data, width);
    }

    /** Scratch whose rows are padded to whole vectors. */
    public static SlotBuffer scratch(Arena arena, int rows, int columns) {
        return allocate(arena, rows, Lanes.padded(columns));
    }

    /** The same memory with rows of another width. */
    public SlotBuffer withWidth(int other) {
        return new SlotBuffer(data, other);
    }

    /** Byte offset of a row in {@link #data}. */
    public long row(long token) {
        return token * width * Float.BYTES;
    }

    /** Byte offset of a number in {@link #data}. */
    public long offset(long token, long column) {
        return (token * width + column) * Float.BYTES;
    }

    public float get(long row, long column) {
        return data.get(ValueLayout.JAVA_FLOAT, offset(row, column));
    }

    public void set(long row, long column, float value) {
        data.set(ValueLayout.JAVA_FLOAT, offset(row, column), value);
    }

    /** The numbers from a byte offset on, for BLAS. */
    public MemorySegment from(long offset) {
        return data.asSlice(offset);
    }
}
