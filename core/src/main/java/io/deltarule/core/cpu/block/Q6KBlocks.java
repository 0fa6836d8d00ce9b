package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.INTS;
import static io.deltarule.core.cpu.block.BlockRows.half;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;

import io.deltarule.core.cpu.math.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Q6_K: w_i = d s (q_i − 32) with s of 16 numbers. Of each 128 numbers, l, l + 32, l + 64 and l + 96 have their upper two bits
 * in byte l of 32, and numbers 64 apart their lower four in one byte of 64.
 */
final class Q6KBlocks {
    private static final int BLOCK = 256;
    private static final int BLOCK_BYTES = 210;
    private static final int UPPER_AT = 128;
    private static final int SCALES_AT = 192;
    private static final int D_AT = 208;
    private static final int PART = 32;
    private static final long PART_FLOATS = (long) PART * Float.BYTES;

    private Q6KBlocks() {}

    static void widen(MemorySegment w, long at, MemorySegment to, long toAt, int count) {
        for (int i = 0; i < count; i += BLOCK / 2) {
            int second = i / (BLOCK / 2) % 2;
            float d = half(w, at + D_AT);
            for (int j = 0; j < PART; j += Lanes.COUNT) {
                long lowerAt = at + second * 64L + j;
                IntVector first = (IntVector) ByteVector.fromMemorySegment(BYTES, w, lowerAt, ByteOrder.LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2I, INTS, 0);
                IntVector next =
                        (IntVector) ByteVector.fromMemorySegment(BYTES, w, lowerAt + PART, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.B2I, INTS, 0);
                IntVector upper = (IntVector) ByteVector.fromMemorySegment(
                                BYTES, w, at + UPPER_AT + (long) second * PART + j, ByteOrder.LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2I, INTS, 0);
                FloatVector q0 = (FloatVector) first.and(15)
                        .or(upper.and(3).lanewise(VectorOperators.LSHL, 4))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector q1 = (FloatVector) next.and(15)
                        .or(upper.and(12).lanewise(VectorOperators.LSHL, 2))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector q2 = (FloatVector) first.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .or(upper.and(48))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector q3 = (FloatVector) next.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .or(upper.lanewise(VectorOperators.LSHR, 2).and(48))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                long scales = at + SCALES_AT + second * 8L + j / 16;
                long place = toAt + (long) (i + j) * Float.BYTES;
                q0.mul(d * w.get(ValueLayout.JAVA_BYTE, scales)).intoMemorySegment(to, place, ORDER);
                q1.mul(d * w.get(ValueLayout.JAVA_BYTE, scales + 2)).intoMemorySegment(to, place + PART_FLOATS, ORDER);
                q2.mul(d * w.get(ValueLayout.JAVA_BYTE, scales + 4))
                        .intoMemorySegment(to, place + 2 * PART_FLOATS, ORDER);
                q3.mul(d * w.get(ValueLayout.JAVA_BYTE, scales + 6))
                        .intoMemorySegment(to, place + 3 * PART_FLOATS, ORDER);
            }
            at += (long) second * BLOCK_BYTES;
        }
    }

    static float dot(MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        FloatVector even = FloatVector.zero(SPECIES);
        FloatVector odd = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += BLOCK / 2) {
            int second = i / (BLOCK / 2) % 2;
            float d = half(w, at + D_AT);
            for (int j = 0; j < PART; j += Lanes.COUNT) {
                long lowerAt = at + second * 64L + j;
                IntVector first = (IntVector) ByteVector.fromMemorySegment(BYTES, w, lowerAt, ByteOrder.LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2I, INTS, 0);
                IntVector next =
                        (IntVector) ByteVector.fromMemorySegment(BYTES, w, lowerAt + PART, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.B2I, INTS, 0);
                IntVector upper = (IntVector) ByteVector.fromMemorySegment(
                                BYTES, w, at + UPPER_AT + (long) second * PART + j, ByteOrder.LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2I, INTS, 0);
                FloatVector q0 = (FloatVector) first.and(15)
                        .or(upper.and(3).lanewise(VectorOperators.LSHL, 4))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector q1 = (FloatVector) next.and(15)
                        .or(upper.and(12).lanewise(VectorOperators.LSHL, 2))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector q2 = (FloatVector) first.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .or(upper.and(48))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector q3 = (FloatVector) next.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .or(upper.lanewise(VectorOperators.LSHR, 2).and(48))
                        .sub(32)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                long scales = at + SCALES_AT + second * 8L + j / 16;
                long place = xAt + (long) (i + j) * Float.BYTES;
                even = q0.mul(d * w.get(ValueLayout.JAVA_BYTE, scales))
                        .fma(FloatVector.fromMemorySegment(SPECIES, x, place, ORDER), even);
                odd = q1.mul(d * w.get(ValueLayout.JAVA_BYTE, scales + 2))
                        .fma(FloatVector.fromMemorySegment(SPECIES, x, place + PART_FLOATS, ORDER), odd);
                even = q2.mul(d * w.get(ValueLayout.JAVA_BYTE, scales + 4))
                        .fma(FloatVector.fromMemorySegment(SPECIES, x, place + 2 * PART_FLOATS, ORDER), even);
                odd = q3.mul(d * w.get(ValueLayout.JAVA_BYTE, scales + 6))
                        .fma(FloatVector.fromMemorySegment(SPECIES, x, place + 3 * PART_FLOATS, ORDER), odd);
            }
            at += (long) second * BLOCK_BYTES;
        }
        return Lanes.sum(even.add(odd));
    }
}
