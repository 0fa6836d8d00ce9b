package io.deltarule.loader;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a header says of one tensor: name, element type, shape, and where its bytes lie. Values are checked before an
 * instance leaves this package: {@code elementCount · dtype.bits() = 8 · byteSize} and the range lies inside the file.
 */
public final class TensorInfo {
    private final String name;
    private final Dtype dtype;
    private final long[] shape;
    private final long begin;
    private final long end;

    /** Takes over {@code shape}. */
    TensorInfo(String name, Dtype dtype, long[] shape, long begin, long end) {
        this.name = name;
        this.dtype = dtype;
        this.shape = shape;
        this.begin = begin;
        this.end = end;
    }

    /** The tensor's key in the header; may be empty. */
    public String name() {
        return name;
    }

    /** The element type. */
    public Dtype dtype() {
        return dtype;
    }

    /** The extent of every axis, row-major, outermost first; empty for a scalar. A copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of axes. */
    public int rank() {
        return shape.length;
    }

    /** The number of elements: the product of the shape, 1 for a scalar. */
    public long elementCount() {
        long count = 1;
        for (long extent : shape) {
            count *= extent;
        }
        return count;
    }

    /** Where the tensor's bytes start, counted from the end of the header. */
    public long begin() {
        return begin;
    }

    /** One past the tensor's last byte, counted from the end of the header. */
    public long end() {
        return end;
    }

    /** The number of bytes the tensor occupies. */
    public long byteSize() {
        return end - begin;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo that
                && name.equals(that.name)
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape)
                && begin == that.begin
                && end == that.end;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, dtype, Arrays.hashCode(shape), begin, end);
    }

    @Override
    public String toString() {
        return Quote.of(name) + " " + dtype + Arrays.toString(shape) + " @[" + begin + ", " + end + ")";
    }
}
