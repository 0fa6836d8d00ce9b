package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of bfloat16 numbers times one vector. Pairs of them are loaded as one integer each: its upper half is a float32 as
 * it stands, its lower half after a shift, so that widening costs an instruction and no shuffle. The vector is taken apart
 * once to match: a block's numbers of even index, then those of odd index.
 */
public final class BFloat16Rows {
    /** Numbers of a block. */
    static final int BLOCK = 2 * Lanes.COUNT;

    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());
    /** Of two vectors after each other; indices past the first are the second's. */
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(Lanes.SPECIES, i -> 2 * i);

    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(Lanes.SPECIES, i -> 2 * i + 1);
    private static final int UPPER = 0xffff0000;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BFloat16Rows() {}

    /** Takes apart the whole blocks of a vector of n numbers and copies the rest. */
    public static void takeApart(MemorySegment x, long at, int n, MemorySegment to, long toAt) {
        int i = 0;
        for (; i + BLOCK <= n; i += BLOCK) {
            FloatVector first = Lanes.load(x, at + place(i));
            FloatVector second = Lanes.load(x, at + place(i) + Lanes.BYTES);
            Lanes.store(first.rearrange(EVEN, second), to, toAt + place(i));
            Lanes.store(first.rearrange(ODD, second), to, toAt + place(i) + Lanes.BYTES);
        }
        MemorySegment.copy(x, at + place(i), to, toAt + place(i), (long) (n - i) * Float.BYTES);
    }

    private static long place(long i) {
        return i * Float.BYTES;
    }

    /**
     * Four dot products.
     *
     * @param w rows of n numbers
     * @param w0 byte offset of the first of the four
     * @param stride bytes from one to the next
     * @param x what {@link #takeApart} made, from byte offset at on
     * @param y overwritten
     * @param yAt byte offset of the first of four floats
     * @param apart floats from one to the next
     */
    public static void four(
            MemorySegment w,
            long w0,
            long stride,
            MemorySegment x,
            long at,
            int n,
            MemorySegment y,
            long yAt,
            long apart) {
        long w1 = w0 + stride;
        long w2 = w1 + stride;
        long w3 = w2 + stride;
        FloatVector even0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector even1 = even0;
        FloatVector even2 = even0;
        FloatVector even3 = even0;
        FloatVector odd0 = even0;
        FloatVector odd1 = even0;
        FloatVector odd2 = even0;
        FloatVector odd3 = even0;
        int j = 0;
        for (; j + BLOCK <= n; j += BLOCK) {
            long d = (long) j * Short.BYTES;
            FloatVector a = Lanes.load(x, at + 2 * d);
            FloatVector b = Lanes.load(x, at + 2 * d + Lanes.BYTES);
            IntVector v0 = pairs(w, w0 + d);
            IntVector v1 = pairs(w, w1 + d);
            IntVector v2 = pairs(w, w2 + d);
            IntVector v3 = pairs(w, w3 + d);
            even0 = lower(v0).fma(a, even0);
            even1 = lower(v1).fma(a, even1);
            even2 = lower(v2).fma(a, even2);
            even3 = lower(v3).fma(a, even3);
            odd0 = upper(v0).fma(b, odd0);
            odd1 = upper(v1).fma(b, odd1);
            odd2 = upper(v2).fma(b, odd2);
            odd3 = upper(v3).fma(b, odd3);
        }
        y.set(ValueLayout.JAVA_FLOAT, yAt, Lanes.sum(even0.add(odd0)) + rest(w, w0, x, at, j, n));
        y.set(ValueLayout.JAVA_FLOAT, yAt + place(apart), Lanes.sum(even1.add(odd1)) + rest(w, w1, x, at, j, n));
        y.set(ValueLayout.JAVA_FLOAT, yAt + 2 * place(apart), Lanes.sum(even2.add(odd2)) + rest(w, w2, x, at, j, n));
        y.set(ValueLayout.JAVA_FLOAT, yAt + 3 * place(apart), Lanes.sum(even3.add(odd3)) + rest(w, w3, x, at, j, n));
    }

    private static IntVector pairs(MemorySegment data, long at) {
        return IntVector.fromMemorySegment(INTS, data, at, ByteOrder.LITTLE_ENDIAN);
    }

    private static FloatVector lower(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector upper(IntVector pairs) {
        return pairs.and(UPPER).reinterpretAsFloats();
    }

    private static float rest(MemorySegment w, long wAt, MemorySegment x, long xAt, int from, int n) {
        float sum = 0;
        for (int i = from; i < n; i++) {
            float weight = Float.intBitsToFloat(w.get(SHORT, wAt + (long) i * Short.BYTES) << 16);
            sum = Math.fma(weight, x.get(ValueLayout.JAVA_FLOAT, xAt + place(i)), sum);
        }
        return sum;
    }
}
