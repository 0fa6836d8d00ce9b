package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.SHORT;
import static io.deltarule.core.cpu.block.BlockRows.half;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;
import static io.deltarule.core.cpu.math.NativeMemory.ALL;
import static io.deltarule.core.cpu.math.NativeMemory.MASK;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.deltarule.core.cpu.math.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
                FloatVector q = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, at + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                q.mul(d).intoMemorySegment(to, toAt + (long) (i + j) * Float.BYTES, ORDER);
            }
            at += BLOCK_BYTES;
        }
    }

    /** Two products; w0, w1 and x are addresses. */
    static void two(long w0, long w1, long x, int n, MemorySegment y, long y0, long y1) {
        long r0 = w0 & MASK;
        long r1 = w1 & MASK;
        long v = x & MASK;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        for (int k = 0; k < n / BLOCK; k++) {
            long d = (long) BLOCK_BYTES * k;
            long place = (long) BLOCK * Float.BYTES * k;
            FloatVector p0 = FloatVector.zero(SPECIES);
            FloatVector p1 = p0;
            for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
                FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, v + place + (long) j * Float.BYTES, ORDER);
                FloatVector q0 = (FloatVector) ByteVector.fromMemorySegment(BYTES, ALL, r0 + d + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                FloatVector q1 = (FloatVector) ByteVector.fromMemorySegment(BYTES, ALL, r1 + d + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                p0 = q0.fma(a, p0);
                p1 = q1.fma(a, p1);
            }
            s0 = p0.fma(FloatVector.broadcast(SPECIES, StoredNumbers.half(ALL.get(SHORT, r0 + d))), s0);
            s1 = p1.fma(FloatVector.broadcast(SPECIES, StoredNumbers.half(ALL.get(SHORT, r1 + d))), s1);
        }
        y.set(ValueLayout.JAVA_FLOAT, y0, Lanes.sum(s0));
        y.set(ValueLayout.JAVA_FLOAT, y1, Lanes.sum(s1));
    }
}
