package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * This machine's float vectors: their width, how rows are padded to it, and their sums.
 *
 * <p>Every scratch row is padded with zeros to a whole number of vectors, so element-wise loops have no tails.
 */
public final class Lanes {
    public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    public static final int COUNT = SPECIES.length();
    public static final int BYTES = SPECIES.vectorByteSize();

    public static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);

    private static final FloatVector INDEX = FloatVector.zero(SPECIES).addIndex(1);

    private Lanes() {}

    /** The padded length of a row of n floats. */
    public static int padded(int n) {
        int unit = Math.max(16, COUNT);
        return (n + unit - 1) / unit * unit;
    }

    /** The mask of the first n lanes, all of them if there are no more. */
    public static VectorMask<Float> first(int n) {
        return INDEX.compare(VectorOperators.LT, n);
    }

    public static FloatVector load(float[] data, int index) {
        return FloatVector.fromArray(SPECIES, data, index);
    }

    public static FloatVector load(MemorySegment data, long byteOffset) {
        return FloatVector.fromMemorySegment(SPECIES, data, byteOffset, ORDER);
    }

    public static void store(FloatVector vector, MemorySegment data, long byteOffset) {
        vector.intoMemorySegment(data, byteOffset, ORDER);
    }

    /**
     * The sum of all lanes, halves added to halves. Unlike reduceLanes, whose order is unspecified and differs between
     * the interpreter and compiled code, it gives the same number every time.
     */
    public static float sum(FloatVector x) {
        if (COUNT > 16) {
            return wideSum(x);
        }
        FloatVector sum = x;
        if (COUNT > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (COUNT > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (COUNT > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        return sum.lane(0) + sum.lane(1);
    }

    private static float wideSum(FloatVector x) {
        float[] lanes = x.toArray();
        for (int half = COUNT / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, i -> (i + by) % COUNT);
    }
}
