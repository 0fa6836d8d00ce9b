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
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Q5_K: as Q4_K, with a fifth bit: byte j of 32 has one for number j of each of the eight parts.
 */
final class Q5KBlocks {
    private static final int BLOCK = 256;
    private static final int BLOCK_BYTES = 176;
    private static final int NUMBERS_AT = 48;
    private static final int PART = 32;
    private static final long PART_FLOATS = (long) PART * Float.BYTES;

    private Q5KBlocks() {}

    static void widen(MemorySegment w, long at, MemorySegment to, long toAt, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            float d = half(w, at);
            float m = half(w, at + 2);
            long scales = PartScales.scales(w, at + 4);
            long minima = PartScales.minima(w, at + 4);
            for (int pair = 0; pair < 4; pair++) {
                long qAt = at + NUMBERS_AT + (long) pair * PART;
                long place = toAt + (long) i * Float.BYTES + 2L * pair * PART_FLOATS;
                float lowerScale = d * (scales & 63);
                float upperScale = d * (scales >>> 8 & 63);
                float lowerMinimum = m * (minima & 63);
                float upperMinimum = m * (minima >>> 8 & 63);
                scales >>>= 16;
                minima >>>= 16;
                for (int j = 0; j < PART; j += Lanes.COUNT) {
                    IntVector pairs =
                            (IntVector) ByteVector.fromMemorySegment(BYTES, w, qAt + j, ByteOrder.LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.B2I, INTS, 0);
                    IntVector fifths = ((IntVector)
                                    ByteVector.fromMemorySegment(BYTES, w, at + 16 + j, ByteOrder.LITTLE_ENDIAN)
                                            .convertShape(VectorOperators.B2I, INTS, 0))
                            .lanewise(VectorOperators.LSHR, 2 * pair);
                    FloatVector lower = (FloatVector) pairs.and(15)
                            .or(fifths.and(1).lanewise(VectorOperators.LSHL, 4))
                            .convertShape(VectorOperators.I2F, SPECIES, 0);
                    FloatVector upper = (FloatVector) pairs.lanewise(VectorOperators.LSHR, 4)
                            .and(15)
                            .or(fifths.and(2).lanewise(VectorOperators.LSHL, 3))
                            .convertShape(VectorOperators.I2F, SPECIES, 0);
                    long numbers = place + (long) j * Float.BYTES;
                    lower.mul(lowerScale).sub(lowerMinimum).intoMemorySegment(to, numbers, ORDER);
                    upper.mul(upperScale).sub(upperMinimum).intoMemorySegment(to, numbers + PART_FLOATS, ORDER);
                }
            }
            at += BLOCK_BYTES;
        }
    }

    /** A product; w and x, followed by the sums of its parts, are addresses. */
    static float one(long w, long x, int n) {
        long row = w & MASK;
        long v = x & MASK;
        long sums = (x + (long) n * Float.BYTES) & MASK;
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int k = 0; k < n / BLOCK; k++) {
            long at = row + (long) BLOCK_BYTES * k;
            long scales = PartScales.scales(ALL, at + 4);
            long minima = PartScales.minima(ALL, at + 4);
            FloatVector lowerParts = FloatVector.zero(SPECIES);
            FloatVector upperParts = lowerParts;
            FloatVector lowerMinima = lowerParts;
            FloatVector upperMinima = lowerParts;
            for (int pair = 0; pair < 4; pair++) {
                long place = v + (long) BLOCK * Float.BYTES * k + 2 * PART_FLOATS * pair;
                long part = sums + 8L * Lanes.BYTES * k + 2L * Lanes.BYTES * pair;
                FloatVector lower = FloatVector.zero(SPECIES);
                FloatVector upper = lower;
                for (int j = 0; j < PART; j += Lanes.COUNT) {
                    FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, place + (long) j * Float.BYTES, ORDER);
                    FloatVector b = FloatVector.fromMemorySegment(
                            SPECIES, ALL, place + PART_FLOATS + (long) j * Float.BYTES, ORDER);
                    IntVector pairs = (IntVector) ByteVector.fromMemorySegment(
                                    BYTES, ALL, at + NUMBERS_AT + (long) PART * pair + j, ByteOrder.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    IntVector fifths = ((IntVector)
                                    ByteVector.fromMemorySegment(BYTES, ALL, at + 16 + j, ByteOrder.LITTLE_ENDIAN)
                                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0))
                            .lanewise(VectorOperators.LSHR, 2 * pair);
                    lower = ((FloatVector) fifths.lanewise(VectorOperators.LSHL, 4)
                                    .and(16)
                                    .or(pairs.and(15))
                                    .convertShape(VectorOperators.I2F, SPECIES, 0))
                            .fma(a, lower);
                    upper = ((FloatVector) fifths.lanewise(VectorOperators.LSHL, 3)
                                    .and(16)
                                    .or(pairs.lanewise(VectorOperators.LSHR, 4))
                                    .convertShape(VectorOperators.I2F, SPECIES, 0))
                            .fma(b, upper);
                }
                FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, part, ORDER);
                FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, part + Lanes.BYTES, ORDER);
                lowerParts = lower.fma(FloatVector.broadcast(SPECIES, StoredNumbers.six(scales)), lowerParts);
                upperParts = upper.fma(FloatVector.broadcast(SPECIES, StoredNumbers.six(scales >>> 8)), upperParts);
                lowerMinima = a.fma(FloatVector.broadcast(SPECIES, StoredNumbers.six(minima)), lowerMinima);
                upperMinima = b.fma(FloatVector.broadcast(SPECIES, StoredNumbers.six(minima >>> 8)), upperMinima);
                scales >>>= 16;
                minima >>>= 16;
            }
            float d = StoredNumbers.half(ALL.get(SHORT, at));
            float m = StoredNumbers.half(ALL.get(SHORT, at + 2));
            sum = lowerParts.add(upperParts).fma(FloatVector.broadcast(SPECIES, d), sum);
            sum = lowerMinima.add(upperMinima).fma(FloatVector.broadcast(SPECIES, -m), sum);
        }
        return Lanes.sum(sum);
    }
}
