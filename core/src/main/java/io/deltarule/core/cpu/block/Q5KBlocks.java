package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.INTS;
import static io.deltarule.core.cpu.block.BlockRows.half;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;

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

    static float dot(MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector below = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += BLOCK) {
            float d = half(w, at);
            float m = half(w, at + 2);
            long scales = PartScales.scales(w, at + 4);
            long minima = PartScales.minima(w, at + 4);
            for (int pair = 0; pair < 4; pair++) {
                long qAt = at + NUMBERS_AT + (long) pair * PART;
                long place = xAt + (long) i * Float.BYTES + 2L * pair * PART_FLOATS;
                FloatVector lowerSum = FloatVector.zero(SPECIES);
                FloatVector upperSum = FloatVector.zero(SPECIES);
                FloatVector lowerX = FloatVector.zero(SPECIES);
                FloatVector upperX = FloatVector.zero(SPECIES);
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
                    FloatVector a = FloatVector.fromMemorySegment(SPECIES, x, numbers, ORDER);
                    FloatVector b = FloatVector.fromMemorySegment(SPECIES, x, numbers + PART_FLOATS, ORDER);
                    lowerSum = lower.fma(a, lowerSum);
                    upperSum = upper.fma(b, upperSum);
                    lowerX = lowerX.add(a);
                    upperX = upperX.add(b);
                }
                sum = lowerSum.fma(FloatVector.broadcast(SPECIES, d * (scales & 63)), sum);
                sum = upperSum.fma(FloatVector.broadcast(SPECIES, d * (scales >>> 8 & 63)), sum);
                below = lowerX.fma(FloatVector.broadcast(SPECIES, m * (minima & 63)), below);
                below = upperX.fma(FloatVector.broadcast(SPECIES, m * (minima >>> 8 & 63)), below);
                scales >>>= 16;
                minima >>>= 16;
            }
            at += BLOCK_BYTES;
        }
        return Lanes.sum(sum.sub(below));
    }
}
