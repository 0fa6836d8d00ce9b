package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** An array of binary16 numbers. */
public final class HalfFloatArray extends TornadoNativeArray {

    public HalfFloatArray(int size) {
        super(size, Short.BYTES);
    }

    private HalfFloatArray(MemorySegment segmentWithHeader) {
        super(segmentWithHeader, Short.BYTES);
    }

    public static HalfFloatArray fromArray(HalfFloat[] values) {
        HalfFloatArray array = new HalfFloatArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    public static HalfFloatArray fromElements(HalfFloat... values) {
        return fromArray(values);
    }

    /** Copies the elements of a segment without a header. */
    public static HalfFloatArray fromSegment(MemorySegment segment) {
        HalfFloatArray array = new HalfFloatArray(elements(segment.byteSize(), Short.BYTES));
        MemorySegment.copy(segment, 0, array.memory(), ARRAY_HEADER, segment.byteSize());
        return array;
    }

    /** Keeps a segment that starts with a header, which is overwritten; nothing is copied. */
    public static HalfFloatArray fromSegmentShallow(MemorySegment segmentWithHeader) {
        return new HalfFloatArray(segmentWithHeader);
    }

    /** A kernel that sets every element to {@code value}. */
    public static void initialize(HalfFloatArray array, HalfFloat value) {
        array.init(value);
    }

    public HalfFloat[] toHeapArray() {
        HalfFloat[] values = new HalfFloat[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    public void set(int index, HalfFloat value) {
        memory().set(ValueLayout.JAVA_SHORT, writable(index), value.getHalfFloatValue());
    }

    public HalfFloat get(int index) {
        return new HalfFloat(memory().get(ValueLayout.JAVA_SHORT, readable(index)));
    }

    public void init(HalfFloat value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    public void clear() {
        init(new HalfFloat(0f));
    }

    /** A copy of {@code length} elements from {@code offset} on. */
    public HalfFloatArray slice(int offset, int length) {
        checkSlice(offset, length);
        return filledFrom(
                new HalfFloatArray(length), 0, (long) offset * getElementSize(), (long) length * getElementSize());
    }
}
