package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.INTS;
import static io.deltarule.core.cpu.block.BlockRows.SHORT;
import static io.deltarule.core.cpu.block.BlockRows.half;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;
import static io.deltarule.core.cpu.math.NativeMemory.ALL;
import static io.deltarule.core.cpu.math.NativeMemory.MASK;

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

    /** A product; w and x, followed by −32 x, are addresses. */
    static float one(long w, long x, int n) {
        long row = w & MASK;
        long v = x & MASK;
        long less = (x + (long) n * Float.BYTES) & MASK;
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int k = 0; k < n / BLOCK; k++) {
            long at = row + (long) BLOCK_BYTES * k;
            FloatVector even = FloatVector.zero(SPECIES);
            FloatVector odd = even;
            for (int quarter = 0; quarter < 4; quarter++) {
                int half = quarter / 2;
                int second = quarter % 2;
                for (int j = 0; j < PART; j += Lanes.COUNT) {
                    IntVector pairs = (IntVector) ByteVector.fromMemorySegment(
                                    BYTES, ALL, at + (long) PART * quarter + j, ByteOrder.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    IntVector bits = ((IntVector) ByteVector.fromMemorySegment(
                                            BYTES, ALL, at + UPPER_AT + (long) PART * half + j, ByteOrder.LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0))
                            .lanewise(VectorOperators.LSHR, 2 * second);
                    FloatVector lower = (FloatVector) bits.lanewise(VectorOperators.LSHL, 4)
                            .and(48)
                            .or(pairs.and(15))
                            .convertShape(VectorOperators.I2F, SPECIES, 0);
                    FloatVector upper = (FloatVector) bits.and(48)
                            .or(pairs.lanewise(VectorOperators.LSHR, 4))
                            .convertShape(VectorOperators.I2F, SPECIES, 0);
                    long place =
                            (long) BLOCK * Float.BYTES * k + PART_FLOATS * (4 * half + second) + (long) j * Float.BYTES;
                    long next = place + 2 * PART_FLOATS;
                    lower = lower.fma(
                            FloatVector.fromMemorySegment(SPECIES, ALL, v + place, ORDER),
                            FloatVector.fromMemorySegment(SPECIES, ALL, less + place, ORDER));
                    upper = upper.fma(
                            FloatVector.fromMemorySegment(SPECIES, ALL, v + next, ORDER),
                            FloatVector.fromMemorySegment(SPECIES, ALL, less + next, ORDER));
                    long scales = at + SCALES_AT + 8L * half + 2L * second + j / 16;
                    float s = StoredNumbers.signed(ALL.get(ValueLayout.JAVA_BYTE, scales));
                    float t = StoredNumbers.signed(ALL.get(ValueLayout.JAVA_BYTE, scales + 4));
                    even = lower.fma(FloatVector.broadcast(SPECIES, s), even);
                    odd = upper.fma(FloatVector.broadcast(SPECIES, t), odd);
                }
            }
            float d = StoredNumbers.half(ALL.get(SHORT, at + D_AT));
            sum = even.add(odd).fma(FloatVector.broadcast(SPECIES, d), sum);
        }
        return Lanes.sum(sum);
    }
}
