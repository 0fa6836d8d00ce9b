package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One state [K, V] off-heap, its rows padded to whole vectors. Plans keep their states here rather than in the heap: they
 * can be larger than everything else together.
 *
 * @param data the rows
 * @param stride floats from one row to the next
 */
public record State(MemorySegment data, int stride) {
    private static final int ALIGNMENT = 64;

    /** As many states of zeros, one after the other in memory. */
    public static State[] allocate(Arena arena, int count, DeltaShape shape) {
        int stride = Lanes.padded(shape.V());
        long bytes = (long) shape.K() * stride * Float.BYTES;
        MemorySegment all = arena.allocate(Math.multiplyExact(bytes, (long) count), ALIGNMENT);
        State[] states = new State[count];
        for (int i = 0; i < count; i++) {
            states[i] = new State(all.asSlice(i * bytes, bytes), stride);
        }
        return states;
    }

    /** The index-th state of a tensor's numbers [N · HV, K, V], where it lies; V is a whole number of vectors. */
    static State of(MemorySegment states, long index, DeltaShape shape) {
        long bytes = (long) shape.K() * shape.V() * Float.BYTES;
        return new State(states.asSlice(index * bytes, bytes), shape.V());
    }

    long rowBytes() {
        return (long) stride * Float.BYTES;
    }

    /** Copies the index-th state of a tensor's numbers [N · HV, K, V] to padded rows. */
    public static void copyIn(MemorySegment from, long index, DeltaShape shape, MemorySegment to, int stride) {
        copyIn(from, index, shape.K(), Columns.all(shape.V()), to, stride);
    }

    /** Copies padded rows to the index-th state of a tensor's numbers [N · HV, K, V]. */
    public static void copyOut(MemorySegment from, int stride, DeltaShape shape, MemorySegment to, long index) {
        copyOut(from, stride, shape.K(), Columns.all(shape.V()), to, index);
    }

    /** Copies some columns of the index-th state of a tensor's numbers [N · HV, K, V] to padded rows. */
    public static void copyIn(MemorySegment from, long index, int K, Columns columns, MemorySegment to, int stride) {
        long start = index * K * columns.of() + columns.first();
        copy(from, start, columns.of(), to, 0, stride, K, columns.count());
    }

    /** Copies padded rows to some columns of the index-th state of a tensor's numbers [N · HV, K, V]. */
    public static void copyOut(MemorySegment from, int stride, int K, Columns columns, MemorySegment to, long index) {
        long start = index * K * columns.of() + columns.first();
        copy(from, 0, stride, to, start, columns.of(), K, columns.count());
    }

    /** Copies some columns of this state to padded rows. */
    void copyTo(Matrix rows, int K, Columns columns) {
        copy(data, columns.first(), stride, rows.segment(), 0, rows.stride(), K, columns.count());
    }

    /** Copies padded rows to some columns of this state. */
    void copyFrom(Matrix rows, int K, Columns columns) {
        copy(rows.segment(), 0, rows.stride(), data, columns.first(), stride, K, columns.count());
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
