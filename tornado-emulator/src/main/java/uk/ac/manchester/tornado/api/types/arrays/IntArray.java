package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.IntBuffer;

/** An array of ints. */
public final class IntArray extends TornadoNativeArray {

    public IntArray(int size) {
        super(size, Integer.BYTES);
    }

    private IntArray(MemorySegment segmentWithHeader) {
        super(segmentWithHeader, Integer.BYTES);
    }

    public static IntArray fromArray(int[] values) {
        IntArray array = new IntArray(values.length);
        MemorySegment.copy(values, 0, array.memory(), ValueLayout.JAVA_INT, ARRAY_HEADER, values.length);
        return array;
    }

    public static IntArray fromElements(int... values) {
        return fromArray(values);
    }

    /** Copies the elements of a segment without a header. */
    public static IntArray fromSegment(MemorySegment segment) {
        IntArray array = new IntArray(elements(segment.byteSize(), Integer.BYTES));
        MemorySegment.copy(segment, 0, array.memory(), ARRAY_HEADER, segment.byteSize());
        return array;
    }

    /** Keeps a segment that starts with a header, which is overwritten; nothing is copied. */
    public static IntArray fromSegmentShallow(MemorySegment segmentWithHeader) {
        return new IntArray(segmentWithHeader);
    }

    /** Copies what remains of the buffer. */
    public static IntArray fromIntBuffer(IntBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** A kernel that sets every element to {@code value}. */
    public static void initialize(IntArray array, int value) {
        array.init(value);
    }

    public static IntArray concat(IntArray... arrays) {
        int size = 0;
        for (IntArray array : arrays) {
            size = Math.addExact(size, array.getSize());
        }
        IntArray all = new IntArray(size);
        long position = 0;
        for (IntArray array : arrays) {
            array.filledFrom(all, position, 0, array.getNumBytesOfSegment());
            position += array.getNumBytesOfSegment();
        }
        return all;
    }

    public int[] toHeapArray() {
        int[] values = new int[getSize()];
        MemorySegment.copy(hostMemory("toHeapArray"), ValueLayout.JAVA_INT, ARRAY_HEADER, values, 0, values.length);
        return values;
    }

    public void set(int index, int value) {
        memory().set(ValueLayout.JAVA_INT, writable(index), value);
    }

    public int get(int index) {
        return memory().get(ValueLayout.JAVA_INT, readable(index));
    }

    public void init(int value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    public void clear() {
        init(0);
    }

    /** A copy of {@code length} elements from {@code offset} on. */
    public IntArray slice(int offset, int length) {
        checkSlice(offset, length);
        return filledFrom(new IntArray(length), 0, (long) offset * getElementSize(), (long) length * getElementSize());
    }
}
