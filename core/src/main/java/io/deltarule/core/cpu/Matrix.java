package io.deltarule.core.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A row-major float32 matrix off-heap whose rows are padded to whole vectors; the padding of a new one is zero.
 *
 * @param data the rows
 * @param stride floats from one row to the next, a multiple of {@link Lanes#COUNT}
 * @param address where the first row is, for BLAS
 */
record Matrix(MemorySegment data, int stride, long address) {
    private static final int ALIGNMENT = 64;

    static Matrix allocate(Arena arena, int rows, int columns) {
        int stride = Lanes.padded(columns);
        MemorySegment data = arena.allocate((long) rows * stride * Float.BYTES, ALIGNMENT);
        return new Matrix(data, stride, data.address());
    }

    /** The same memory from a row on. */
    Matrix slice(long row, int rows) {
        MemorySegment part = data.asSlice(row * rowBytes(), rows * rowBytes());
        return new Matrix(part, stride, part.address());
    }

    long rowBytes() {
        return (long) stride * Float.BYTES;
    }

    /** Byte offset of a row in {@link #data}. */
    long row(int row) {
        return row * rowBytes();
    }

    /** Address of a row. */
    long at(int row) {
        return address + row * rowBytes();
    }

    float get(int row, int column) {
        return data.get(ValueLayout.JAVA_FLOAT, row(row) + (long) column * Float.BYTES);
    }

    void set(int row, int column, float value) {
        data.set(ValueLayout.JAVA_FLOAT, row(row) + (long) column * Float.BYTES, value);
    }
}
