package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A dense row-major tensor of a model's weights over a memory segment that it does not own, in the type in which the file
 * has it: numbers are little-endian and may begin at any byte, so that a mapped file is used where it lies.
 *
 * <p>Instances are views: several may share their numbers. Whoever mapped or made the memory keeps it alive while plans
 * use it.
 */
public final class Weight {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final boolean NATIVE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final int BLOCK = 8192;

    private final MemorySegment data;
    private final WeightType type;
    private final int[] dims;
    private final long size;
    private final BlockScales scales; // null for none

    private Weight(MemorySegment data, WeightType type, int[] dims, long size, BlockScales scales) {
        this.data = data;
        this.type = type;
        this.dims = dims;
        this.size = size;
        this.scales = scales;
    }

    /**
     * A weight over a segment, not copied.
     *
     * @param data the numbers, little-endian, row-major
     * @param type how each is stored
     * @param dims the axes' lengths, each at least 0
     * @return a view of {@code data}
     * @throws InvalidInputException if the segment is not exactly as long as type and lengths say
     */
    public static Weight view(MemorySegment data, WeightType type, int... dims) {
        long count = count(type, dims);
        if (data.byteSize() != type.bytes(count)) {
            throw new InvalidInputException("weight " + type + " " + Arrays.toString(dims) + ": expected " + count
                    + " values (" + type.bytes(count) + " bytes) but found " + data.byteSize() + " bytes");
        }
        return new Weight(data, type, dims.clone(), count, null);
    }

    /**
     * A matrix over a segment, not copied, whose values are the stored numbers times their blocks' scales, rounded to float32.
     *
     * @throws InvalidInputException if the segment is not exactly as long as type and lengths say
     */
    public static Weight scaled(MemorySegment data, WeightType type, BlockScales scales, int rows, int columns) {
        Weight plain = view(data, type, rows, columns);
        return new Weight(data, type, plain.dims, plain.size, scales);
    }

    /** A tensor as a weight, not copied on a little-endian machine. */
    public static Weight of(Tensor tensor) {
        MemorySegment data = tensor.data();
        if (!NATIVE) {
            float[] values = tensor.toArray();
            data = MemorySegment.ofArray(new float[values.length]);
            MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        }
        return view(data, WeightType.F32, tensor.dims());
    }

    private static long count(WeightType type, int[] dims) {
        long count = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new InvalidInputException(
                        "weight " + Arrays.toString(dims) + ": expected lengths of at least 0 but found " + d);
            }
            try {
                count = Math.multiplyExact(count, d);
            } catch (ArithmeticException e) {
                throw tooLarge(dims);
            }
        }
        if (count > Long.MAX_VALUE / type.blockBytes()) {
            throw tooLarge(dims);
        }
        int row = dims.length == 0 ? 1 : dims[dims.length - 1];
        if (row % type.block() != 0) {
            throw new InvalidInputException("weight " + type + " " + Arrays.toString(dims)
                    + ": expected rows of whole blocks of " + type.block() + " numbers but found rows of " + row);
        }
        return count;
    }

    private static InvalidInputException tooLarge(int[] dims) {
        return new InvalidInputException(
                "weight " + Arrays.toString(dims) + ": expected a size that fits 64 bits but it overflows");
    }

    /** The numbers, little-endian, row-major. */
    public MemorySegment data() {
        return data;
    }

    /** How each number is stored. */
    public WeightType type() {
        return type;
    }

    /** The axes' lengths (a copy). */
    public int[] dims() {
        return dims.clone();
    }

    /** What a matrix's stored numbers are multiplied by, null for nothing. */
    public BlockScales scales() {
        return scales;
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
        return size;
    }

    /**
     * One value by its row-major index.
     *
     * @param index 0 ≤ index &lt; size
     * @return the value, exactly
     */
    public float get(long index) {
        return switch (type) {
            case F32 -> data.get(FLOAT, index * Float.BYTES);
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, index * Short.BYTES) << 16);
            case F16 -> Float.float16ToFloat(data.get(SHORT, index * Short.BYTES));
            default -> {
                float[] block = new float[type.block()];
                type.read(data, type.bytes(index), block, 0);
                yield block[(int) (index % type.block())] * scale(index);
            }
        };
    }

    /**
     * Neighbours by their row-major index.
     *
     * @param from the first one's, at a block's beginning
     * @param to overwritten with as many as it holds, whole blocks
     */
    public void read(long from, float[] to) {
        blocks(from, to.length, to);
    }

    /**
     * Some neighbours along the first axis, not copied. What is stored in blocks needs at least two axes: they lie along
     * the last one.
     *
     * @param from the first of them
     * @param count how many
     * @return a view [count, …]
     * @throws InvalidInputException if they are not all there
     */
    public Weight rows(int from, int count) {
        if (dims.length == 0 || from < 0 || count < 0 || count > dims[0] - from) {
            throw new InvalidInputException(
                    "weight " + this + ": expected to have rows " + from + " to " + ((long) from + count));
        }
        int[] part = dims.clone();
        part[0] = count;
        long row = dims[0] == 0 ? 0 : type.bytes(size / dims[0]);
        return new Weight(
                data.asSlice(from * row, count * row),
                type,
                part,
                count(type, part),
                scales == null ? null : scales.from(from));
    }

    /**
     * The same numbers with other axes, for example [D, 1, K] as [D, K].
     *
     * @param other their lengths
     * @return a view
     * @throws InvalidInputException if they do not hold as many numbers
     */
    public Weight view(int... other) {
        if (count(type, other) != size) {
            throw new InvalidInputException(
                    "weight " + this + ": expected axes of " + size + " values but found " + Arrays.toString(other));
        }
        if (scales != null && (other.length == 0 || other[other.length - 1] != dims[dims.length - 1])) {
            throw new InvalidInputException(
                    "weight " + this + ": expected rows of the same length, since blocks of them have"
                            + " scales, but found " + Arrays.toString(other));
        }
        return new Weight(data, type, other.clone(), size, scales);
    }

    /**
     * The weight as float32: a view where it is stored so, else a copy in the Java heap.
     *
     * @throws InvalidInputException if a copy does not fit an array; use {@link #copyTo} then
     */
    public Tensor toTensor() {
        if (type == WeightType.F32 && NATIVE) {
            return Tensor.view(data, dims);
        }
        Tensor copy = Tensor.zeros(dims);
        copyTo(copy.data());
        return copy;
    }

    /**
     * Converts all numbers to float32, exactly.
     *
     * @param floats as many floats in this machine's byte order, overwritten
     */
    public void copyTo(MemorySegment floats) {
        if (floats.byteSize() != size * Float.BYTES) {
            throw new InvalidInputException("weight " + this + ": expected room for " + size * Float.BYTES
                    + " bytes of float32 but found " + floats.byteSize());
        }
        if (type == WeightType.F32) {
            MemorySegment.copy(data, FLOAT, 0, floats, Tensor.FLOAT, 0, size);
            return;
        }
        short[] halves = type.blockBytes() == Short.BYTES ? new short[(int) Math.min(BLOCK, size)] : null;
        float[] out = new float[(int) Math.min(BLOCK, size)]; // a whole number of blocks of every type
        for (long done = 0; done < size; done += BLOCK) {
            int n = (int) Math.min(BLOCK, size - done);
            if (halves == null) {
                blocks(done, n, out);
            } else {
                // between two arrays the loop is one that the JIT vectorises
                MemorySegment.copy(data, SHORT, done * Short.BYTES, halves, 0, n);
                widen(halves, n, out);
            }
            MemorySegment.copy(out, 0, floats, Tensor.FLOAT, done * Float.BYTES, n);
        }
    }

    private void blocks(long from, int count, float[] to) {
        for (int i = 0; i < count; i += type.block()) {
            type.read(data, type.bytes(from + i), to, i);
        }
        for (int i = 0; scales != null && i < count; i++) {
            to[i] *= scale(from + i);
        }
    }

    private float scale(long index) {
        if (scales == null) {
            return 1;
        }
        int width = dims[dims.length - 1];
        return scales.at(index / width, (int) (index % width));
    }

    private void widen(short[] halves, int count, float[] to) {
        if (type == WeightType.BF16) {
            for (int i = 0; i < count; i++) {
                to[i] = Float.intBitsToFloat(halves[i] << 16);
            }
        } else {
            for (int i = 0; i < count; i++) {
                to[i] = Float.float16ToFloat(halves[i]);
            }
        }
    }

    /** Type and axes, as in {@code BF16 [1024, 3584]}. */
    @Override
    public String toString() {
        return type + " " + Arrays.toString(dims);
    }
}
