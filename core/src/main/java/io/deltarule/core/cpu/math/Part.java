package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;

/**
 * A row-major float32 matrix that lies in an array from a place on, for example some rows and columns of a {@link Matrix}.
 *
 * @param data the array
 * @param at index of its first number
 * @param stride floats from one row to the next
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Part(float[] data, int at, int stride) {
    /** The same numbers, for BLAS. */
    public MemorySegment segment() {
        return MemorySegment.ofArray(data).asSlice((long) at * Float.BYTES);
    }

    /** The matrix that begins some rows further down. */
    public Part from(int row) {
        return new Part(data, at + row * stride, stride);
    }

    /** The matrix that begins at a row and a column. */
    public Part from(int row, int column) {
        return new Part(data, at + row * stride + column, stride);
    }

    /** The matrix that begins some columns further right. */
    public Part fromColumn(int column) {
        return new Part(data, at + column, stride);
    }
}
