package io.deltarule.core;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A dense row-major float32 tensor over a memory segment it does not own.
 *
 * <p>The segment may be a Java array's, off-heap, or a mapped file; whoever made it decides when it goes away. Instances
 * are views: two tensors may share their numbers.
 */
public final class Tensor {
    /** Unaligned, so that a tensor may start anywhere in a mapped file. */
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final MemorySegment data;
    private final int[] dims;

    private Tensor(MemorySegment data, int[] dims) {
        this.data = data;
        this.dims = dims;
    }

    /**
     * A tensor over an array, not copied.
     *
     * @param values the numbers, row-major
     * @param dims the axes' lengths, each at least 0
     * @return a view of {@code values}
     * @throws InvalidInputException if the lengths' product is not the array's length
     */
    public static Tensor of(float[] values, int... dims) {
        return view(MemorySegment.ofArray(values), dims);
    }

    /**
     * A tensor over a segment, not copied.
     *
     * @param data the numbers in this machine's byte order, row-major
     * @param dims the axes' lengths, each at least 0
     * @return a view of {@code data}
     * @throws InvalidInputException if the segment is not exactly as long as the lengths say
     */
    public static Tensor view(MemorySegment data, int... dims) {
        long count = count(dims);
        if (data.byteSize() != count * Float.BYTES) {
            throw new InvalidInputException("tensor " + Arrays.toString(dims) + ": expected " + count
                    + " float32 values (" + count * Float.BYTES + " bytes) but found " + data.byteSize() + " bytes");
        }
        return new Tensor(data, dims.clone());
    }

    /**
     * A zero tensor in the Java heap.
     *
     * @param dims the axes' lengths; their product must fit an array
     * @return a new tensor of zeros
     */
    public static Tensor zeros(int... dims) {
        long count = count(dims);
        if (count > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("tensor " + Arrays.toString(dims) + ": " + count
                    + " values do not fit a Java array; allocate it off-heap with Tensor.allocate");
        }
        return new Tensor(MemorySegment.ofArray(new float[(int) count]), dims.clone());
    }

    /**
     * A zero tensor off-heap.
     *
     * @param arena owner of the memory
     * @param dims the axes' lengths
     * @return a new tensor of zeros, 64-byte aligned
     */
    public static Tensor allocate(Arena arena, int... dims) {
        return new Tensor(arena.allocate(count(dims) * Float.BYTES, 64), dims.clone());
    }

    private static long count(int[] dims) {
        long count = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new InvalidInputException(
                        "tensor " + Arrays.toString(dims) + ": expected lengths of at least 0, found " + d);
            }
            try {
                count = Math.multiplyExact(count, d);
            } catch (ArithmeticException tooLarge) {
                throw new InvalidInputException(
                        "tensor " + Arrays.toString(dims) + ": its number of values overflows 64 bits");
            }
        }
        if (count > Long.MAX_VALUE / Float.BYTES) {
            throw new InvalidInputException(
                    "tensor " + Arrays.toString(dims) + ": its size in bytes overflows 64 bits");
        }
        return count;
    }

    /** The numbers, row-major. */
    public MemorySegment data() {
        return data;
    }

    /** The axes' lengths (a copy). */
    public int[] dims() {
        return dims.clone();
    }

    /** The number of axes. */
    public int rank() {
        return dims.length;
    }

    /**
     * The length of one axis.
     *
     * @param axis 0 for the first
     * @return its length
     */
    public int dim(int axis) {
        return dims[axis];
    }

    /** Whether the axes have exactly these lengths. */
    public boolean hasDims(int... expected) {
        return Arrays.equals(dims, expected);
    }

    /** The number of values. */
    public long size() {
        return data.byteSize() / Float.BYTES;
    }

    /**
     * One value by its row-major index.
     *
     * @param index 0 ≤ index &lt; size
     * @return the value
     */
    public float get(long index) {
        return data.getAtIndex(FLOAT, index);
    }

    /**
     * Sets one value by its row-major index.
     *
     * @param index 0 ≤ index &lt; size
     * @param value the new value
     */
    public void set(long index, float value) {
        data.setAtIndex(FLOAT, index, value);
    }

    /** Sets every value, for example to NaN before a computation that must overwrite all of them. */
    public Tensor fill(float value) {
        for (long i = 0, n = size(); i < n; i++) {
            set(i, value);
        }
        return this;
    }

    /** Copies another tensor's values into this one; both must hold as many. */
    public Tensor copyFrom(Tensor other) {
        if (other.size() != size()) {
            throw new InvalidInputException("copy: expected a tensor of " + this + " but found one of " + other);
        }
        MemorySegment.copy(other.data, 0, data, 0, data.byteSize());
        return this;
    }

    /** A copy of the values as an array. */
    public float[] toArray() {
        return data.toArray(FLOAT);
    }

    /** The axes' lengths, as in {@code [2, 64, 4, 64]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
