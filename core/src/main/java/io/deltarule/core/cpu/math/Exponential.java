package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp of many numbers, relative error below 2^−22; 0 where the result is below the smallest normal number, so also for −∞;
 * ∞ past the largest; NaN for NaN.
 *
 * <p>exp(x) = 2^n · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2, exp(r) by its Taylor polynomial of degree 7, whose
 * remainder there is below 2^−27. Written out because the Vector API's own EXP is a scalar loop where the JDK has no vector
 * maths library for the machine.
 *
 * <p>One loop and no function of a vector: such a function is past what the compiler inlines where it is not called often,
 * and then its vectors become objects. Over arrays, since vectors on both heap and off-heap segments in one process slow
 * all that use either; what is off-heap passes through an array.
 */
public final class Exponential {
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LN2_HIGH = 0x1.63p-1f; // 9 bits of ln 2: n · LN2_HIGH is exact for |n| < 2^15
    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);
    private static final float ROUND = 0x1.8p23f; // adding it leaves the nearest integer in the low mantissa bits
    private static final float LARGEST = 88.72283f;
    private static final float SMALLEST = -87.33654f; // below it exp is no normal number: 0 here
    private static final int BLOCK = 512;

    private Exponential() {}

    /** y_i ← exp(factor · x_i) off-heap, for whole vectors; y may be x. */
    public static void apply(float factor, MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        float[] block = new float[BLOCK];
        for (long d = 0; d < bytes; d += (long) BLOCK * Float.BYTES) {
            int count = (int) Math.min(BLOCK, (bytes - d) / Float.BYTES);
            MemorySegment.copy(x, ValueLayout.JAVA_FLOAT, xAt + d, block, 0, count);
            apply(factor, block, 0, block, 0, count);
            MemorySegment.copy(block, 0, y, ValueLayout.JAVA_FLOAT, yAt + d, count);
        }
    }

    /** y_i ← exp(factor · x_i) for whole vectors; y may be x. */
    public static void apply(float factor, float[] x, int xAt, float[] y, int yAt, int count) {
        FloatVector minusHigh = FloatVector.broadcast(Lanes.SPECIES, -LN2_HIGH);
        FloatVector minusLow = FloatVector.broadcast(Lanes.SPECIES, -LN2_LOW);
        FloatVector one = FloatVector.broadcast(Lanes.SPECIES, 1);
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector in = FloatVector.fromArray(Lanes.SPECIES, x, xAt + i).mul(factor);
            FloatVector bounded = in.blend(LARGEST, in.compare(VectorOperators.GT, LARGEST))
                    .blend(SMALLEST, in.compare(VectorOperators.LT, SMALLEST));
            FloatVector shifted = bounded.mul(LOG2_E).add(ROUND);
            FloatVector n = shifted.sub(ROUND);
            FloatVector r = n.fma(minusLow, n.fma(minusHigh, bounded));
            FloatVector sum = r.fma(
                    FloatVector.broadcast(Lanes.SPECIES, 1 / 5040f), FloatVector.broadcast(Lanes.SPECIES, 1 / 720f));
            sum = sum.fma(r, FloatVector.broadcast(Lanes.SPECIES, 1 / 120f));
            sum = sum.fma(r, FloatVector.broadcast(Lanes.SPECIES, 1 / 24f));
            sum = sum.fma(r, FloatVector.broadcast(Lanes.SPECIES, 1 / 6f));
            sum = sum.fma(r, FloatVector.broadcast(Lanes.SPECIES, 0.5f));
            sum = sum.fma(r, one).fma(r, one);
            // n is −126 … 128. Half of it at a time: 2^128 is no float but 2^64 · 2^64 · (a number below 1) may be.
            IntVector power = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND));
            IntVector half = power.lanewise(VectorOperators.ASHR, 1);
            sum.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                    .mul(power.sub(half)
                            .add(127)
                            .lanewise(VectorOperators.LSHL, 23)
                            .reinterpretAsFloats())
                    .blend(0f, in.compare(VectorOperators.LT, SMALLEST))
                    .blend(Float.POSITIVE_INFINITY, in.compare(VectorOperators.GT, LARGEST))
                    .intoArray(y, yAt + i);
        }
    }
}
