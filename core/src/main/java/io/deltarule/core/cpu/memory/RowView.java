package io.deltarule.core.cpu.memory;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * A caller's tensor [rows…, heads, width] seen as rows of one head. Its numbers are only copied to and from scratch, so
 * that inner loops work on one kind of memory however the caller allocated his.
 */
public final class RowView {
    private static final int BLOCK = 8 * Lanes.COUNT;
    private static final long BLOCK_BYTES = 8L * Lanes.BYTES;

    private final String name;
    private final MemorySegment data;
    private final int heads;
    private final int group;
    private final int width;
    private final int stride; // numbers of one head, of which the first `width` from `first` on are seen
    private final int first;
    private final float[] array; // what is behind data, null where it is no float[] or not to be had
    private final int arrayStart;

    /**
     * @param name the tensor's name, for messages
     * @param data its numbers, accessible by every thread
     * @param heads how many heads it has
     * @param valueHeads how many value heads share these
     * @param width numbers per row and head
     */
    public RowView(String name, MemorySegment data, int heads, int valueHeads, int width) {
        this(name, data, heads, valueHeads / heads, Columns.all(width));
    }

    /**
     * A caller's tensor [B, rows, heads] or [B, rows, heads, width].
     *
     * @param valueHeads value heads of the operation; null stays null
     */
    public static RowView of(String name, Tensor tensor, int valueHeads) {
        if (tensor == null) {
            return null;
        }
        int width = tensor.rank() == 4 ? tensor.dim(3) : 1;
        return new RowView(name, CallerMemory.shared(tensor), tensor.dim(2), valueHeads, width);
    }

    private RowView(String name, MemorySegment data, int heads, int group, Columns columns) {
        this.name = name;
        this.data = data;
        this.heads = heads;
        this.group = group;
        this.width = columns.count();
        this.stride = columns.of();
        this.first = columns.first();
        this.array = data.heapBase().orElse(null) instanceof float[] floats && data.address() % Float.BYTES == 0
                ? floats
                : null;
        this.arrayStart = array == null ? 0 : (int) (data.address() / Float.BYTES);
    }

    /** The same rows, of which only some columns are seen. */
    public RowView columns(Columns columns) {
        return new RowView(name, data, heads, group, columns);
    }

    public String name() {
        return name;
    }

    public int width() {
        return width;
    }

    public MemorySegment data() {
        return data;
    }

    /** Whether all value heads that share a key head share this tensor's head too. */
    public boolean sharedBy(int valueHeadsPerKeyHead) {
        return group == valueHeadsPerKeyHead;
    }

    /** Whether a value head is the first of those that share its head of this tensor. */
    public boolean isFirst(int valueHead) {
        return valueHead % group == 0;
    }

    private long index(long row, int valueHead) {
        return (row * heads + valueHead / group) * stride + first;
    }

    /** The number at a row of a tensor of width 1. */
    public float scalar(long row, int valueHead) {
        long index = index(row, valueHead);
        return array == null ? data.get(Tensor.FLOAT, index * Float.BYTES) : array[arrayStart + (int) index];
    }

    /** Copies consecutive numbers of a value head of a tensor of width 1. */
    public void gatherScalars(long from, int count, int valueHead, float[] to) {
        long index = index(from, valueHead);
        for (int i = 0; i < count; i++, index += heads) {
            to[i] = array == null ? data.get(Tensor.FLOAT, index * Float.BYTES) : array[arrayStart + (int) index];
        }
    }

    /** Copies consecutive rows of a value head to consecutive rows of a matrix. */
    public void gather(long from, int count, int valueHead, Matrix to, int toRow) {
        for (int i = 0; i < count; i++) {
            read(index(from + i, valueHead), to, toRow + i);
        }
    }

    private void read(long index, Matrix to, int row) {
        if (array != null) {
            System.arraycopy(array, arrayStart + (int) index, to.data(), to.row(row), width);
        } else {
            load(index * Float.BYTES, to.data(), to.row(row));
        }
    }

    /**
     * Copies one row from off-heap memory. Written out for eight vectors at a time: with so few instructions per cache line
     * the processor asks for the next rows while it waits for this one, which a library copy or a plain loop leaves it less
     * room for. Going out there is nothing to wait for.
     */
    private void load(long source, float[] to, int target) {
        int left = width;
        for (; left >= BLOCK; left -= BLOCK, source += BLOCK_BYTES, target += BLOCK) {
            FloatVector x0 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source, Lanes.ORDER);
            FloatVector x1 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 1L * Lanes.BYTES, Lanes.ORDER);
            FloatVector x2 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 2L * Lanes.BYTES, Lanes.ORDER);
            FloatVector x3 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 3L * Lanes.BYTES, Lanes.ORDER);
            FloatVector x4 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 4L * Lanes.BYTES, Lanes.ORDER);
            FloatVector x5 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 5L * Lanes.BYTES, Lanes.ORDER);
            FloatVector x6 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 6L * Lanes.BYTES, Lanes.ORDER);
            FloatVector x7 = FloatVector.fromMemorySegment(Lanes.SPECIES, data, source + 7L * Lanes.BYTES, Lanes.ORDER);
            x0.intoArray(to, target);
            x1.intoArray(to, target + 1 * Lanes.COUNT);
            x2.intoArray(to, target + 2 * Lanes.COUNT);
            x3.intoArray(to, target + 3 * Lanes.COUNT);
            x4.intoArray(to, target + 4 * Lanes.COUNT);
            x5.intoArray(to, target + 5 * Lanes.COUNT);
            x6.intoArray(to, target + 6 * Lanes.COUNT);
            x7.intoArray(to, target + 7 * Lanes.COUNT);
        }
        if (left > 0) {
            MemorySegment.copy(data, ValueLayout.JAVA_FLOAT_UNALIGNED, source, to, target, left);
        }
    }

    /** Copies the first rows of a matrix to consecutive rows of a value head. */
    public void scatter(Matrix from, int count, long to, int valueHead) {
        for (int i = 0; i < count; i++) {
            scatterRow(from, i, to + i, valueHead);
        }
    }

    /** Copies a row of a matrix to a row of a value head. */
    public void scatterRow(Matrix from, int row, long to, int valueHead) {
        long index = index(to, valueHead);
        if (array != null) {
            System.arraycopy(from.data(), from.row(row), array, arrayStart + (int) index, width);
        } else {
            MemorySegment.copy(
                    from.data(), from.row(row), data, ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES, width);
        }
    }

    /** Row-major index of the first number that cannot be computed with in these rows of a value head, or −1. */
    public long firstNotFinite(long from, long count, int valueHead, boolean minusInfinityAllowed) {
        for (long row = from; row < from + count; row++) {
            long base = index(row, valueHead);
            for (int i = 0; i < width; i++) {
                float x = data.getAtIndex(Tensor.FLOAT, base + i);
                if (!Float.isFinite(x) && !(minusInfinityAllowed && x == Float.NEGATIVE_INFINITY)) {
                    return base + i;
                }
            }
        }
        return -1;
    }
}
