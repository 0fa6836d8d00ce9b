package io.deltarule.core.cpu.memory;

import io.deltarule.core.StateShape;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The states [N, HV, K, V], or [N, HV, L, K, V], of a run where they lie: a caller's tensor, whose rows follow each other, or memory of a plan's
 * own off-heap, whose rows are padded to whole vectors. Plans keep states off-heap because they can be larger than
 * everything else together.
 *
 * @param data the rows of all states
 * @param shape the axes
 * @param stride floats from one row to the next
 * @param pending each state's last write, which {@code data} may lack until {@link #settle}; null where it never does
 */
public record States(MemorySegment data, StateShape shape, int stride, PendingWrites pending) {
    private static final int ALIGNMENT = 64;

    /**
     * States of zeros with padded rows.
     *
     * @throws ArithmeticException if they are too large for any memory
     */
    public static States allocate(Arena arena, StateShape shape) {
        int stride = Lanes.padded(shape.V());
        long count = shape.count();
        long bytes = Math.multiplyExact(count, (long) shape.K() * stride * Float.BYTES);
        return new States(arena.allocate(bytes, ALIGNMENT), shape, stride, null);
    }

    /** The same states, whose last writes may be left to the next run where steps update them in place. */
    public States deferringWrites(Arena arena) {
        return updatedInPlace(this) && shape.levels() == 0
                ? new States(data, shape, stride, new PendingWrites(arena, shape))
                : this;
    }

    /** A caller's tensor, not copied; null for null. */
    public static States of(Tensor tensor, StateShape shape) {
        return tensor == null ? null : new States(CallerMemory.shared(tensor), shape, shape.V(), null);
    }

    /** Whether these are the same numbers in memory as others, off-heap and in rows of whole vectors, so that a step may write where it reads. */
    public boolean updatedInPlace(States others) {
        return others != null
                && stride == Lanes.padded(shape.V())
                && stride == others.stride
                && data.isNative()
                && others.data.isNative()
                && data.address() == others.data.address();
    }

    /** One state, where {@link #updatedInPlace} allows it. */
    public State at(int sequence, int head) {
        return at(sequence, head, 0);
    }

    /** One level's state, likewise. */
    public State at(int sequence, int head, int level) {
        long bytes = (long) shape.K() * stride * Float.BYTES;
        return new State(data.asSlice((shape.index(sequence, head) + level) * bytes, bytes), stride);
    }

    /** Index of a number of one state among all, counted without padding as in a tensor. */
    public long tensorIndex(int sequence, int head, long number) {
        return shape.offset(sequence, head) + number;
    }

    /** A number of one state by its row-major index. */
    public float get(int sequence, int head, long number) {
        long row = shape.index(sequence, head) * shape.K() + number / shape.V();
        return data.getAtIndex(Tensor.FLOAT, row * stride + number % shape.V());
    }

    /** Copies some columns of a state to the rows of a matrix. */
    public void copyTo(int sequence, int head, Columns columns, Matrix to) {
        copyTo(sequence, head, 0, columns, to);
    }

    /** The same of one level's state. */
    public void copyTo(int sequence, int head, int level, Columns columns, Matrix to) {
        long start = (shape.index(sequence, head) + level) * shape.K() * stride + columns.first();
        copy(data, start, stride, to.segment(), 0, to.stride(), shape.K(), columns.count());
    }

    /** Copies the rows of a matrix to some columns of a state. */
    public void copyFrom(int sequence, int head, Columns columns, Matrix from) {
        copyFrom(sequence, head, 0, columns, from);
    }

    /** The same to one level's state. */
    public void copyFrom(int sequence, int head, int level, Columns columns, Matrix from) {
        long start = (shape.index(sequence, head) + level) * shape.K() * stride + columns.first();
        copy(from.segment(), 0, from.stride(), data, start, stride, shape.K(), columns.count());
    }

    /** Copies one state to rows of its own kind. */
    public void copyTo(int sequence, int head, State to) {
        copyTo(sequence, head, 0, to);
    }

    /** The same of one level's state. */
    public void copyTo(int sequence, int head, int level, State to) {
        long start = (shape.index(sequence, head) + level) * shape.K() * stride;
        copy(data, start, stride, to.data(), 0, to.stride(), shape.K(), shape.V());
    }

    /** Copies a state from rows of its own kind. */
    public void copyFrom(int sequence, int head, State from) {
        copyFrom(sequence, head, 0, from);
    }

    /** The same to one level's state. */
    public void copyFrom(int sequence, int head, int level, State from) {
        long start = (shape.index(sequence, head) + level) * shape.K() * stride;
        copy(from.data(), 0, from.stride(), data, start, stride, shape.K(), shape.V());
    }

    /** Adds what is pending, so that the rows are the states; before anything but a step that goes on from them reads these. */
    public void settle() {
        for (int sequence = 0; sequence < shape.sequences(); sequence++) {
            settle(sequence);
        }
    }

    /** The same for one sequence. */
    public void settle(int sequence) {
        for (int head = 0; pending != null && head < shape.HV(); head++) {
            pending.settle(Math.toIntExact(shape.index(sequence, head)), at(sequence, head));
        }
    }

    /** Forgets what is pending, as the rows have been overwritten. */
    public void replaced() {
        if (pending != null) {
            pending.forget();
        }
    }

    /** Copies all of these to others, whose rows may be padded otherwise. */
    public void copyTo(States others) {
        settle();
        others.replaced();
        int rows = Math.toIntExact((long) shape.count() * shape.K());
        copy(data, 0, stride, others.data, 0, others.stride, rows, shape.V());
    }

    /** Puts zeros everywhere. */
    public void clear() {
        replaced();
        data.fill((byte) 0);
    }

    private static void copy(
            MemorySegment from,
            long start,
            int stride,
            MemorySegment to,
            long toStart,
            int toStride,
            int K,
            int width) {
        int rows = width == stride && width == toStride ? 1 : K;
        long bytes = (long) width * (K / rows) * Float.BYTES;
        for (int d = 0; d < rows; d++) {
            long source = (start + (long) d * stride) * Float.BYTES;
            MemorySegment.copy(from, source, to, (toStart + (long) d * toStride) * Float.BYTES, bytes);
        }
    }
}
