package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ShortBuffer;

/** An array of shorts. */
public final class ShortArray extends TornadoNativeArray {

    public ShortArray(int size) {
        super(size, Short.BYTES);
    }

    private ShortArray(MemorySegment segmentWithHeader) {
        super(segmentWithHeader, Short.BYTES);
    }

    public static ShortArray fromArray(short[] values) {
        ShortArray array = new ShortArray(values.length);
        MemorySegment.copy(values, 0, array.memory(), ValueLayout.JAVA_SHORT, ARRAY_HEADER, values.length);
        return array;
    }

    public static ShortArray fromElements(short... values) {
        return fromArray(values);
    }

    /** Copies the elements of a segment without a header. */
    public static ShortArray fromSegment(MemorySegment segment) {
        ShortArray array = new ShortArray(elements(segment.byteSize(), Short.BYTES));
        MemorySegment.copy(segment, 0, array.memory(), ARRAY_HEADER, segment.byteSize());
        return array;
    }

    /** Keeps a segment that starts with a header, which is overwritten; nothing is copied. */
    public static ShortArray fromSegmentShallow(MemorySegment segmentWithHeader) {
        return new ShortArray(segmentWithHeader);
    }

    /** Copies what remains of the buffer. */
    public static ShortArray fromShortBuffer(ShortBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** A kernel that sets every element to {@code value}. */
    public static void initialize(ShortArray array, short value) {
        array.init(value);
    }

    public static ShortArray concat(ShortArray... arrays) {
        int size = 0;
        for (ShortArray array : arrays) {
            size = Math.addExact(size, array.getSize());
        }
        ShortArray all = new ShortArray(size);
        long position = 0;
        for (ShortArray array : arrays) {
            array.filledFrom(all, position, 0, array.getNumBytesOfSegment());
            position += array.getNumBytesOfSegment();
        }
        return all;
    }

    public short[] toHeapArray() {
        short[] values = new short[getSize()];
        MemorySegment.copy(hostMemory("toHeapArray"), ValueLayout.JAVA_SHORT, ARRAY_HEADER, values, 0, values.length);
        return values;
    }

    public void set(int index, short value) {
        memory().set(ValueLayout.JAVA_SHORT, writable(index), value);
    }

    public short get(int index) {
        return memory().get(ValueLayout.JAVA_SHORT, readable(index));
    }

    public void init(short value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    public void clear() {
        init((short) 0);
    }

    /** A copy of {@code length} elements from {@code offset} on. */
    public ShortArray slice(int offset, int length) {
        checkSlice(offset, length);
        return filledFrom(
                new ShortArray(length), 0, (long) offset * getElementSize(), (long) length * getElementSize());
    }
}
