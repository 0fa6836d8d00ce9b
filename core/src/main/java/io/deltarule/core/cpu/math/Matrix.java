package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;

/**
 * A row-major float32 matrix whose rows are padded to whole vectors; the padding of a new one is zero.
 *
 * <p>It is a Java array, which BLAS is given in place: the JIT compiles vector loops over arrays two to three times as
 * fast as over off-heap memory, around whose accesses it keeps everything in order.
 *
 * @param data the rows
 * @param stride floats from one row to the next, a multiple of {@link Lanes#COUNT}
 * @param segment the same numbers, for BLAS and copies
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Matrix(float[] data, int stride, MemorySegment segment) {
    public static Matrix allocate(int rows, int columns) {
        int stride = Lanes.padded(columns);
        float[] data = new float[Math.multiplyExact(rows, stride)];
        return new Matrix(data, stride, MemorySegment.ofArray(data));
    }

    public static Matrix[] allocate(int count, int rows, int columns) {
        Matrix[] matrices = new Matrix[count];
        for (int i = 0; i < count; i++) {
            matrices[i] = allocate(rows, columns);
        }
        return matrices;
    }

    /** Index of a row's first number. */
    public int row(int row) {
        return row * stride;
    }

    /** The numbers from a row on. */
    public Part from(int row) {
        return new Part(data, row * stride, stride);
    }

    /** The numbers from a column of a row on. */
    public Part from(int row, int column) {
        return new Part(data, row * stride + column, stride);
    }

    public float get(int row, int column) {
        return data[row * stride + column];
    }

    public void set(int row, int column, float value) {
        data[row * stride + column] = value;
    }
}
