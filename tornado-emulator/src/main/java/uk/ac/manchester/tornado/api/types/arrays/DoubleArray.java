package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.DoubleBuffer;

/** An array of doubles. */
public final class DoubleArray extends TornadoNativeArray {

    public DoubleArray(int size) {
        super(size, Double.BYTES);
    }

    private DoubleArray(MemorySegment segmentWithHeader) {
        super(segmentWithHeader, Double.BYTES);
    }

    public static DoubleArray fromArray(double[] values) {
        DoubleArray array = new DoubleArray(values.length);
        MemorySegment.copy(values, 0, array.memory(), ValueLayout.JAVA_DOUBLE, ARRAY_HEADER, values.length);
        return array;
    }

    public static DoubleArray fromElements(double... values) {
        return fromArray(values);
    }

    /** Copies the elements of a segment without a header. */
    public static DoubleArray fromSegment(MemorySegment segment) {
        DoubleArray array = new DoubleArray(elements(segment.byteSize(), Double.BYTES));
        MemorySegment.copy(segment, 0, array.memory(), ARRAY_HEADER, segment.byteSize());
        return array;
    }

    /** Keeps a segment that starts with a header, which is overwritten; nothing is copied. */
    public static DoubleArray fromSegmentShallow(MemorySegment segmentWithHeader) {
        return new DoubleArray(segmentWithHeader);
    }

    /** Copies what remains of the buffer. */
    public static DoubleArray fromDoubleBuffer(DoubleBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** A kernel that sets every element to {@code value}. */
    public static void initialize(DoubleArray array, double value) {
        array.init(value);
    }

    public static DoubleArray concat(DoubleArray... arrays) {
        int size = 0;
        for (DoubleArray array : arrays) {
            size = Math.addExact(size, array.getSize());
        }
        DoubleArray all = new DoubleArray(size);
        long position = 0;
        for (DoubleArray array : arrays) {
            array.filledFrom(all, position, 0, array.getNumBytesOfSegment());
            position += array.getNumBytesOfSegment();
        }
        return all;
    }

    public double[] toHeapArray() {
        double[] values = new double[getSize()];
        MemorySegment.copy(hostMemory("toHeapArray"), ValueLayout.JAVA_DOUBLE, ARRAY_HEADER, values, 0, values.length);
        return values;
    }

    public void set(int index, double value) {
        memory().set(ValueLayout.JAVA_DOUBLE, writable(index), value);
    }

    public double get(int index) {
        return memory().get(ValueLayout.JAVA_DOUBLE, readable(index));
    }

    public void init(double value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    public void clear() {
        init(0);
    }

    /** A copy of {@code length} elements from {@code offset} on. */
    public DoubleArray slice(int offset, int length) {
        checkSlice(offset, length);
        return filledFrom(
                new DoubleArray(length), 0, (long) offset * getElementSize(), (long) length * getElementSize());
    }
}
