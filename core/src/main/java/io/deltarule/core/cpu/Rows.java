package io.deltarule.core.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Element-wise loops over whole padded rows of scratch matrices of equal stride. */
final class Rows {
    private Rows() {}

    /** to_i ← a_i · factor. */
    static void scale(Matrix a, int row, float factor, Matrix to, int toRow) {
        MemorySegment from = a.data();
        MemorySegment into = to.data();
        long shift = to.row(toRow) - a.row(row);
        long end = a.row(row + 1);
        for (long at = a.row(row); at < end; at += Lanes.BYTES) {
            Lanes.store(Lanes.load(from, at).mul(factor), into, at + shift);
        }
    }

    /** to_i ← a_i · b_i. */
    static void multiply(Matrix a, int row, Matrix b, int bRow, Matrix to, int toRow) {
        MemorySegment left = a.data();
        MemorySegment right = b.data();
        MemorySegment into = to.data();
        long bShift = b.row(bRow) - a.row(row);
        long shift = to.row(toRow) - a.row(row);
        long end = a.row(row + 1);
        for (long at = a.row(row); at < end; at += Lanes.BYTES) {
            Lanes.store(Lanes.load(left, at).mul(Lanes.load(right, at + bShift)), into, at + shift);
        }
    }

    /** to_i ← to_i · factor − a_i · other. */
    static void scaleSubtract(Matrix to, int toRow, float factor, Matrix a, int row, float other) {
        MemorySegment from = a.data();
        MemorySegment into = to.data();
        long shift = a.row(row) - to.row(toRow);
        long end = to.row(toRow + 1);
        FloatVector minus = FloatVector.broadcast(Lanes.SPECIES, -other);
        for (long at = to.row(toRow); at < end; at += Lanes.BYTES) {
            FloatVector scaled = Lanes.load(into, at).mul(factor);
            Lanes.store(Lanes.load(from, at + shift).fma(minus, scaled), into, at);
        }
    }

    /** to_i ← exp(a_i). The padding becomes 1, so a row must not be its own result. */
    static void exp(Matrix a, int row, Matrix to, int toRow) {
        MemorySegment from = a.data();
        MemorySegment into = to.data();
        long shift = to.row(toRow) - a.row(row);
        long end = a.row(row + 1);
        for (long at = a.row(row); at < end; at += Lanes.BYTES) {
            Lanes.store(Lanes.exp(Lanes.load(from, at)), into, at + shift);
        }
    }

    /** a_i ← value, padding included. */
    static void fill(Matrix a, int row, float value) {
        MemorySegment data = a.data();
        long end = a.row(row + 1);
        FloatVector vector = FloatVector.broadcast(Lanes.SPECIES, value);
        for (long at = a.row(row); at < end; at += Lanes.BYTES) {
            Lanes.store(vector, data, at);
        }
    }

    /** exp of one number, as {@link Lanes#exp} gives it. */
    static float exp(float x) {
        return (float) Math.exp(x);
    }

    /** The float at an index of a row. */
    static float at(MemorySegment data, long byteOffset) {
        return data.get(ValueLayout.JAVA_FLOAT, byteOffset);
    }
}
