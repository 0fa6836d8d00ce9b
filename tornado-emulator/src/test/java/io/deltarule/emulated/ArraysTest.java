package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** The arrays on the host: a header of 16 bytes that starts with the size, then the elements. */
class ArraysTest {

    @Test
    void headerThenElements() {
        FloatArray array = FloatArray.fromElements(1.5f, -2f, 3f);
        assertEquals(16, TornadoNativeArray.ARRAY_HEADER);
        assertEquals(12, array.getNumBytesOfSegment());
        assertEquals(28, array.getNumBytesOfSegmentWithHeader());
        assertEquals(3, array.getSegmentWithHeader().get(ValueLayout.JAVA_INT, 0));
        assertEquals(-2f, array.getSegmentWithHeader().get(ValueLayout.JAVA_FLOAT, 20));
        assertEquals(-2f, array.getSegment().getAtIndex(ValueLayout.JAVA_FLOAT, 1));
    }

    @Test
    void segmentsAreViewsAndFromSegmentCopies() {
        FloatArray array = new FloatArray(2);
        FloatArray copy = FloatArray.fromSegment(array.getSegment());
        array.getSegment().setAtIndex(ValueLayout.JAVA_FLOAT, 1, 4f);
        assertEquals(4f, array.get(1));
        assertEquals(0f, copy.get(1));
        assertThrows(IllegalArgumentException.class, () -> FloatArray.fromSegment(MemorySegment.ofArray(new byte[6])));
    }

    @Test
    void fromSegmentShallowKeepsTheSegmentAndWritesItsHeader() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(16 + 8, 16);
            segment.fill((byte) 1);
            FloatArray array = FloatArray.fromSegmentShallow(segment);
            assertEquals(2, array.getSize());
            assertEquals(2, segment.get(ValueLayout.JAVA_INT, 0));
            array.set(1, 9f);
            assertEquals(9f, segment.get(ValueLayout.JAVA_FLOAT, 20));
        }
    }

    @Test
    void wholeArrays() {
        FloatArray array = FloatArray.fromFloatBuffer(FloatBuffer.wrap(new float[] {9f, 1f, 2f}, 1, 2));
        assertArrayEquals(new float[] {1f, 2f}, array.toHeapArray());
        FloatArray all = FloatArray.concat(array, FloatArray.fromElements(3f, 4f));
        assertArrayEquals(new float[] {2f, 3f}, all.slice(1, 2).toHeapArray());
        assertThrows(IllegalArgumentException.class, () -> all.slice(3, 2));
        all.init(5f);
        assertArrayEquals(new float[] {5f, 5f, 5f, 5f}, all.toHeapArray());
        all.clear();
        assertArrayEquals(new float[4], all.toHeapArray());
    }

    @Test
    void indicesAreChecked() {
        IntArray array = new IntArray(3);
        assertThrows(IndexOutOfBoundsException.class, () -> array.get(3));
        assertThrows(IndexOutOfBoundsException.class, () -> array.set(-1, 1));
    }

    @Test
    void everyTypeKeepsItsValues() {
        assertArrayEquals(new int[] {1, -2}, IntArray.fromElements(1, -2).toHeapArray());
        assertArrayEquals(
                new long[] {1L << 40, -2},
                LongArray.fromArray(new long[] {1L << 40, -2}).toHeapArray());
        assertArrayEquals(
                new double[] {1e300, -2}, DoubleArray.fromElements(1e300, -2).toHeapArray());
        assertEquals(16, LongArray.concat(new LongArray(1), new LongArray(1)).getNumBytesOfSegment());
        HalfFloatArray halves = HalfFloatArray.fromElements(new HalfFloat(0.1f), new HalfFloat(2f));
        assertEquals(4, halves.getNumBytesOfSegment());
        assertEquals(0.099975586f, halves.get(0).getFloat32());
        assertEquals(0.19995117f, HalfFloat.mult(halves.get(0), halves.get(1)).getFloat32());
    }
}
