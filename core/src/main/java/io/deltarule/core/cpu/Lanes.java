package io.deltarule.core.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * This machine's float vectors: their width, how rows are padded to it, and exp.
 *
 * <p>Every scratch row is padded with zeros to a whole number of vectors, so element-wise loops have no tails.
 */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int COUNT = SPECIES.length();
    static final int BYTES = SPECIES.vectorByteSize();

    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LN2_HIGH = 0x1.63p-1f; // 9 bits of ln 2: n · LN2_HIGH is exact for |n| < 2^15
    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);
    private static final float ROUND = 0x1.8p23f; // adding it leaves the nearest integer in the low mantissa bits
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final float LARGEST = 88.72283f;
    private static final float SMALLEST = -87.33654f; // below it exp is no normal number: 0 here

    private Lanes() {}

    /** The padded length of a row of n floats. */
    static int padded(int n) {
        int unit = Math.max(16, COUNT);
        return (n + unit - 1) / unit * unit;
    }

    static FloatVector load(float[] data, int index) {
        return FloatVector.fromArray(SPECIES, data, index);
    }

    static FloatVector load(MemorySegment data, long byteOffset) {
        return FloatVector.fromMemorySegment(SPECIES, data, byteOffset, ORDER);
    }

    static void store(FloatVector vector, MemorySegment data, long byteOffset) {
        vector.intoMemorySegment(data, byteOffset, ORDER);
    }

    /**
     * exp(x) per lane, relative error below 2^−22; 0 where the result is below the smallest normal number, so also for
     * −∞; ∞ past the largest; NaN for NaN.
     *
     * <p>exp(x) = 2^n · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2, exp(r) by its Taylor polynomial of degree 7, whose
     * remainder there is below 2^−27. Written out because the Vector API's own EXP is a scalar loop where the JDK has
     * no vector maths library for the machine.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.blend(LARGEST, x.compare(VectorOperators.GT, LARGEST))
                .blend(SMALLEST, x.compare(VectorOperators.LT, SMALLEST));
        FloatVector shifted = bounded.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded);
        r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector sum = r.fma(FloatVector.broadcast(SPECIES, 1 / 5040f), FloatVector.broadcast(SPECIES, 1 / 720f));
        sum = sum.fma(r, FloatVector.broadcast(SPECIES, 1 / 120f));
        sum = sum.fma(r, FloatVector.broadcast(SPECIES, 1 / 24f));
        sum = sum.fma(r, FloatVector.broadcast(SPECIES, 1 / 6f));
        sum = sum.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
        sum = sum.fma(r, FloatVector.broadcast(SPECIES, 1f));
        sum = sum.fma(r, FloatVector.broadcast(SPECIES, 1f));
        // n is −126 … 128. Half of it at a time: 2^128 is no float but 2^64 · 2^64 · (a number below 1) may be.
        IntVector power = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND));
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        FloatVector result = sum.mul(
                        half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                .mul(power.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
        return result.blend(0f, x.compare(VectorOperators.LT, SMALLEST))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, LARGEST));
    }

    /**
     * The sum of all lanes, halves added to halves. Unlike reduceLanes, whose order is unspecified and differs between
     * the interpreter and compiled code, it gives the same number every time.
     */
    static float sum(FloatVector x) {
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
