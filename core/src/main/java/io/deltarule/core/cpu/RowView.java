package io.deltarule.core.cpu;

import io.deltarule.core.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A caller's tensor [rows…, heads, width] seen as rows of one head. Its numbers are only ever copied, so that inner
 * loops work on one kind of memory however the caller allocated his.
 *
 * @param name the tensor's name, for messages
 * @param data the tensor's numbers
 * @param heads how many heads there are
 * @param group how many of the value heads share one of these heads
 * @param width numbers per row and head
 */
record RowView(String name, MemorySegment data, int heads, int group, int width) {
    static RowView of(String name, Tensor tensor, int heads, int valueHeads, int width) {
        return new RowView(name, tensor.data(), heads, valueHeads / heads, width);
    }

    /** Whether all value heads that share a key head share this tensor's head too. */
    boolean sharedBy(int valueHeadsPerKeyHead) {
        return group == valueHeadsPerKeyHead;
    }

    private long offset(long row, int valueHead) {
        return (row * heads + valueHead / group) * width * Float.BYTES;
    }

    /** The number at a row of a tensor of width 1. */
    float scalar(long row, int valueHead) {
        return data.get(Tensor.FLOAT, offset(row, valueHead));
    }

    /** Copies rows {@code from, from + step, …} of a value head to consecutive rows of a matrix. */
    void gather(long from, int step, int count, int valueHead, Matrix to, int toRow) {
        long bytes = (long) width * Float.BYTES;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(data, offset(from + (long) i * step, valueHead), to.data(), to.row(toRow + i), bytes);
        }
    }

    /** Copies consecutive rows of a matrix to consecutive rows of a value head. */
    void scatter(Matrix from, int fromRow, int count, long to, int valueHead) {
        long bytes = (long) width * Float.BYTES;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(from.data(), from.row(fromRow + i), data, offset(to + i, valueHead), bytes);
        }
    }

    /** Row-major index of the first number that cannot be computed with in these rows of a value head, or −1. */
    long firstNotFinite(long from, long count, int valueHead, boolean minusInfinityAllowed) {
        for (long row = from; row < from + count; row++) {
            long base = offset(row, valueHead);
            for (int i = 0; i < width; i++) {
                float x = data.get(Tensor.FLOAT, base + (long) i * Float.BYTES);
                if (!Float.isFinite(x) && !(minusInfinityAllowed && x == Float.NEGATIVE_INFINITY)) {
                    return base / Float.BYTES + i;
                }
            }
        }
        return -1;
    }
}
