package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;

/** An array of floats. */
public final class FloatArray extends TornadoNativeArray {

    public FloatArray(int size) {
        super(size, Float.BYTES);
    }

    private FloatArray(MemorySegment segmentWithHeader) {
        super(segmentWithHeader, Float.BYTES);
    }

    public static FloatArray fromArray(float[] values) {
        FloatArray array = new FloatArray(values.length);
        MemorySegment.copy(values, 0, array.memory(), ValueLayout.JAVA_FLOAT, ARRAY_HEADER, values.length);
        return array;
    }

    public static FloatArray fromElements(float... values) {
        return fromArray(values);
    }

    /** Copies the elements of a segment without a header. */
    public static FloatArray fromSegment(MemorySegment segment) {
        FloatArray array = new FloatArray(elements(segment.byteSize(), Float.BYTES));
        MemorySegment.copy(segment, 0, array.memory(), ARRAY_HEADER, segment.byteSize());
        return array;
    }

    /** Keeps a segment that starts with a header, which is overwritten; nothing is copied. */
    public static FloatArray fromSegmentShallow(MemorySegment segmentWithHeader) {
        return new FloatArray(segmentWithHeader);
    }

    /** Copies what remains of the buffer. */
    public static FloatArray fromFloatBuffer(FloatBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** A kernel that sets every element to {@code value}. */
    public static void initialize(FloatArray array, float value) {
        array.init(value);
    }

    public static FloatArray concat(FloatArray... arrays) {
        int size = 0;
        for (FloatArray array : arrays) {
            size = Math.addExact(size, array.getSize());
        }
        FloatArray all = new FloatArray(size);
        long position = 0;
        for (FloatArray array : arrays) {
            array.filledFrom(all, position, 0, array.getNumBytesOfSegment());
            position += array.getNumBytesOfSegment();
        }
        return all;
    }

    public float[] toHeapArray() {
        float[] values = new float[getSize()];
        MemorySegment.copy(hostMemory("toHeapArray"), ValueLayout.JAVA_FLOAT, ARRAY_HEADER, values, 0, values.length);
        return values;
    }

    public void set(int index, float value) {
        memory().set(ValueLayout.JAVA_FLOAT, writable(index), value);
    }

    public float get(int index) {
        return memory().get(ValueLayout.JAVA_FLOAT, readable(index));
    }

    public void init(float value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    public void clear() {
        init(0f);
    }

    /** A copy of {@code length} elements from {@code offset} on. */
    public FloatArray slice(int offset, int length) {
        checkSlice(offset, length);
        return filledFrom(
                new FloatArray(length), 0, (long) offset * getElementSize(), (long) length * getElementSize());
    }
}
