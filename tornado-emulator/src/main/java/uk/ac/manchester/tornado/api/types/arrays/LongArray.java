package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.LongBuffer;

/** An array of longs. */
public final class LongArray extends TornadoNativeArray {

    public LongArray(int size) {
        super(size, Long.BYTES);
    }

    private LongArray(MemorySegment segmentWithHeader) {
        super(segmentWithHeader, Long.BYTES);
    }

    public static LongArray fromArray(long[] values) {
        LongArray array = new LongArray(values.length);
        MemorySegment.copy(values, 0, array.memory(), ValueLayout.JAVA_LONG, ARRAY_HEADER, values.length);
        return array;
    }

    public static LongArray fromElements(long... values) {
        return fromArray(values);
    }

    /** Copies the elements of a segment without a header. */
    public static LongArray fromSegment(MemorySegment segment) {
        LongArray array = new LongArray(elements(segment.byteSize(), Long.BYTES));
        MemorySegment.copy(segment, 0, array.memory(), ARRAY_HEADER, segment.byteSize());
        return array;
    }

    /** Keeps a segment that starts with a header, which is overwritten; nothing is copied. */
    public static LongArray fromSegmentShallow(MemorySegment segmentWithHeader) {
        return new LongArray(segmentWithHeader);
    }

    /** Copies what remains of the buffer. */
    public static LongArray fromLongBuffer(LongBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** A kernel that sets every element to {@code value}. */
    public static void initialize(LongArray array, long value) {
        array.init(value);
    }

    public static LongArray concat(LongArray... arrays) {
        int size = 0;
        for (LongArray array : arrays) {
            size = Math.addExact(size, array.getSize());
        }
        LongArray all = new LongArray(size);
        long position = 0;
        for (LongArray array : arrays) {
            array.filledFrom(all, position, 0, array.getNumBytesOfSegment());
            position += array.getNumBytesOfSegment();
        }
        return all;
    }

    public long[] toHeapArray() {
        long[] values = new long[getSize()];
        MemorySegment.copy(hostMemory("toHeapArray"), ValueLayout.JAVA_LONG, ARRAY_HEADER, values, 0, values.length);
        return values;
    }

    public void set(int index, long value) {
        memory().set(ValueLayout.JAVA_LONG, writable(index), value);
    }

    public long get(int index) {
        return memory().get(ValueLayout.JAVA_LONG, readable(index));
    }

    public void init(long value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    public void clear() {
        init(0);
    }

    /** A copy of {@code length} elements from {@code offset} on. */
    public LongArray slice(int offset, int length) {
        checkSlice(offset, length);
        return filledFrom(new LongArray(length), 0, (long) offset * getElementSize(), (long) length * getElementSize());
    }
}
