package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.half;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;

import io.deltarule.core.cpu.math.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Q8_0: w_i = d q_i, so Σ w_i x_i = Σ over blocks of d Σ q_i x_i. */
final class Q8Blocks {
    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 34;

    private Q8Blocks() {}

    static void widen(MemorySegment w, long at, MemorySegment to, long toAt, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            float d = half(w, at);
            for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
                FloatVector q =
                        (FloatVector) ByteVector.fromMemorySegment(BYTES, w, at + 2 + j, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.B2F, SPECIES, 0);
                q.mul(d).intoMemorySegment(to, toAt + (long) (i + j) * Float.BYTES, ORDER);
            }
            at += BLOCK_BYTES;
        }
    }

    static float dot(MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += BLOCK) {
            FloatVector part = FloatVector.zero(SPECIES);
            for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
                FloatVector q =
                        (FloatVector) ByteVector.fromMemorySegment(BYTES, w, at + 2 + j, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.B2F, SPECIES, 0);
                part = q.fma(
                        FloatVector.fromMemorySegment(SPECIES, x, xAt + (long) (i + j) * Float.BYTES, ORDER), part);
            }
            sum = part.fma(FloatVector.broadcast(SPECIES, half(w, at)), sum);
            at += BLOCK_BYTES;
        }
        return Lanes.sum(sum);
    }
}
