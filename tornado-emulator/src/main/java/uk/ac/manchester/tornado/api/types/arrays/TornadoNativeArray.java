package uk.ac.manchester.tornado.api.types.arrays;

import io.deltarule.emulator.HostArray;
import io.deltarule.emulator.check.ElementGuard;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Objects;

/**
 * An off-heap array that host and device can both hold: a header, whose first int is the number of elements, then the
 * elements.
 *
 * <p>A device's copy of an array is another object of the same class, with a guard that sees every access.
 */
public abstract sealed class TornadoNativeArray
        permits FloatArray, DoubleArray, IntArray, LongArray, ShortArray, HalfFloatArray {

    /** Bytes before the first element. */
    public static final long ARRAY_HEADER = Long.getLong("tornado.panama.objectHeader", headerOfThisJvm());

    static {
        HostArray.register(object -> object instanceof TornadoNativeArray array ? new View(array) : null);
    }

    /** How the emulator looks into an array. */
    private static final class View extends HostArray {
        private final TornadoNativeArray array;

        View(TornadoNativeArray array) {
            this.array = array;
        }

        @Override
        protected Object array() {
            return array;
        }

        @Override
        protected int size() {
            return array.size;
        }

        @Override
        protected MemorySegment elements() {
            return array.segment.asSlice(ARRAY_HEADER);
        }

        @Override
        protected boolean floating() {
            return array instanceof FloatArray || array instanceof DoubleArray || array instanceof HalfFloatArray;
        }

        @Override
        protected HostArray deviceCopy(ElementGuard guard) {
            TornadoNativeArray device = ofSameClass(array);
            device.guard = guard;
            return new View(device);
        }
    }

    private final MemorySegment segment;
    private final int size;
    private final int elementSize;

    /** Null on the host. */
    private ElementGuard guard;

    TornadoNativeArray(int size, int elementSize) {
        this.size = size;
        this.elementSize = elementSize;
        segment = Arena.ofAuto().allocate(ARRAY_HEADER + (long) size * elementSize, 16);
        segment.set(ValueLayout.JAVA_INT, 0, size);
    }

    /** Keeps the segment, header included, without a copy. */
    TornadoNativeArray(MemorySegment segmentWithHeader, int elementSize) {
        this.elementSize = elementSize;
        size = elements(segmentWithHeader.byteSize() - ARRAY_HEADER, elementSize);
        segment = segmentWithHeader;
        segment.set(ValueLayout.JAVA_INT, 0, size);
    }

    /** A JVM without compressed pointers has longer headers, and TornadoVM's arrays follow it. */
    private static long headerOfThisJvm() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .anyMatch(flag ->
                                flag.equals("-XX:-UseCompressedOops") || flag.equals("-XX:-UseCompressedClassPointers"))
                ? 24
                : 16;
    }

    static int elements(long bytes, int elementSize) {
        if (bytes < 0 || bytes % elementSize != 0) {
            throw new IllegalArgumentException(
                    "expected a whole number of elements of " + elementSize + " bytes, found " + bytes + " bytes");
        }
        return Math.toIntExact(bytes / elementSize);
    }

    public int getSize() {
        return size;
    }

    public int getElementSize() {
        return elementSize;
    }

    /** The elements alone; a view, not a copy. */
    public MemorySegment getSegment() {
        return hostMemory("getSegment").asSlice(ARRAY_HEADER);
    }

    /** Header and elements; a view, not a copy. */
    public MemorySegment getSegmentWithHeader() {
        return hostMemory("getSegmentWithHeader");
    }

    public long getNumBytesOfSegment() {
        return segment.byteSize() - ARRAY_HEADER;
    }

    public long getNumBytesOfSegmentWithHeader() {
        return segment.byteSize();
    }

    /** Where element {@code index} starts, once the guard of a device's copy has let it be read. */
    final long readable(int index) {
        if (guard == null) {
            Objects.checkIndex(index, size);
        } else {
            guard.read(index);
        }
        return ARRAY_HEADER + (long) elementSize * index;
    }

    /** Where element {@code index} starts, once the guard of a device's copy has let it be written. */
    final long writable(int index) {
        if (guard == null) {
            Objects.checkIndex(index, size);
        } else {
            guard.write(index);
        }
        return ARRAY_HEADER + (long) elementSize * index;
    }

    /** Header and elements, for the element accessors. */
    final MemorySegment memory() {
        return segment;
    }

    /** Refuses, inside a kernel, what no device can do. */
    final MemorySegment hostMemory(String method) {
        if (guard != null) {
            guard.refuse(method);
        }
        return segment;
    }

    final void checkSlice(int offset, int length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IllegalArgumentException(
                    "slice of " + length + " elements from " + offset + " of an array of " + size);
        }
    }

    /** Another array of the same class, its elements copied from {@code source}, one after the other. */
    final <A extends TornadoNativeArray> A filledFrom(A target, long targetByte, long sourceByte, long bytes) {
        MemorySegment.copy(
                hostMemory("slice"), ARRAY_HEADER + sourceByte, target.memory(), ARRAY_HEADER + targetByte, bytes);
        return target;
    }

    private static TornadoNativeArray ofSameClass(TornadoNativeArray host) {
        return switch (host) {
            case FloatArray floats -> new FloatArray(floats.getSize());
            case DoubleArray doubles -> new DoubleArray(doubles.getSize());
            case IntArray ints -> new IntArray(ints.getSize());
            case LongArray longs -> new LongArray(longs.getSize());
            case ShortArray shorts -> new ShortArray(shorts.getSize());
            case HalfFloatArray halves -> new HalfFloatArray(halves.getSize());
        };
    }
}
