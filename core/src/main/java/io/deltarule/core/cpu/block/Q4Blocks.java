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

/** Q4_0: w_i = d (q_i − 8); byte i of a block holds numbers i and i + 16. */
final class Q4Blocks {
    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 18;
    private static final long HALF = (long) BLOCK / 2 * Float.BYTES;

    private Q4Blocks() {}

    static void widen(MemorySegment w, long at, MemorySegment to, long toAt, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            float d = half(w, at);
            for (int j = 0; j < BLOCK / 2; j += Lanes.COUNT) {
                IntVector pairs =
                        (IntVector) ByteVector.fromMemorySegment(BYTES, w, at + 2 + j, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.B2I, INTS, 0);
                FloatVector lower = (FloatVector) pairs.and(15).sub(8).convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector upper = (FloatVector) pairs.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .sub(8)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                long place = toAt + (long) (i + j) * Float.BYTES;
                lower.mul(d).intoMemorySegment(to, place, ORDER);
                upper.mul(d).intoMemorySegment(to, place + HALF, ORDER);
            }
            at += BLOCK_BYTES;
        }
    }

    static float dot(MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += BLOCK) {
            FloatVector part = FloatVector.zero(SPECIES);
            for (int j = 0; j < BLOCK / 2; j += Lanes.COUNT) {
                IntVector pairs =
                        (IntVector) ByteVector.fromMemorySegment(BYTES, w, at + 2 + j, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.B2I, INTS, 0);
                FloatVector lower = (FloatVector) pairs.and(15).sub(8).convertShape(VectorOperators.I2F, SPECIES, 0);
                FloatVector upper = (FloatVector) pairs.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .sub(8)
                        .convertShape(VectorOperators.I2F, SPECIES, 0);
                long place = xAt + (long) (i + j) * Float.BYTES;
                part = lower.fma(FloatVector.fromMemorySegment(SPECIES, x, place, ORDER), part);
                part = upper.fma(FloatVector.fromMemorySegment(SPECIES, x, place + HALF, ORDER), part);
            }
            sum = part.fma(FloatVector.broadcast(SPECIES, half(w, at)), sum);
            at += BLOCK_BYTES;
        }
        return Lanes.sum(sum);
    }
}
