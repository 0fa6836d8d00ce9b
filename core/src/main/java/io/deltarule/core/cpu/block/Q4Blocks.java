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

/** Q4_0: w_i = d (q_i − 8); byte i of a block holds numbers i and i + 16. */
final class Q4Blocks {
    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 18;
    private static final long HALF = (long) BLOCK / 2 * Float.BYTES;
    private static final int GROUP_BYTES = 3 * Lanes.BYTES; // what prepare leaves of two vectors

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

    /**
     * With l and u the numbers in the lower and the upper half of a byte b = l + 16 u, and x_l and x_u what they are multiplied
     * by: (l − 8) x_l + (u − 8) x_u = −8 (x_l + x_u) + l (x_l − x_u / 16) + b x_u / 16, which spares a shift. For every vector of
     * bytes the three factors of 1, l and b.
     */
    static void prepare(MemorySegment x, long at, int n, MemorySegment to, long toAt) {
        long place = toAt;
        for (int i = 0; i < n; i += BLOCK) {
            for (int j = 0; j < BLOCK / 2; j += Lanes.COUNT) {
                long from = at + (long) (i + j) * Float.BYTES;
                FloatVector lower = FloatVector.fromMemorySegment(SPECIES, x, from, ORDER);
                FloatVector upper = FloatVector.fromMemorySegment(SPECIES, x, from + HALF, ORDER);
                FloatVector part = upper.mul(1f / 16);
                lower.add(upper).mul(-8).intoMemorySegment(to, place, ORDER);
                lower.sub(part).intoMemorySegment(to, place + Lanes.BYTES, ORDER);
                part.intoMemorySegment(to, place + 2L * Lanes.BYTES, ORDER);
                place += GROUP_BYTES;
            }
        }
    }

    /** Two products; w0, w1 and x, which {@link #prepare} made, are addresses. */
    static void two(long w0, long w1, long x, int n, MemorySegment y, long y0, long y1) {
        long r0 = w0 & MASK;
        long r1 = w1 & MASK;
        long v = x & MASK;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        for (int k = 0; k < n / BLOCK; k++) {
            long d = (long) BLOCK_BYTES * k;
            FloatVector p0 = FloatVector.zero(SPECIES);
            FloatVector p1 = p0;
            for (int j = 0; j < BLOCK / 2; j += Lanes.COUNT) {
                long place =
                        v + (long) BLOCK / 2 / Lanes.COUNT * GROUP_BYTES * k + (long) j / Lanes.COUNT * GROUP_BYTES;
                FloatVector c = FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER);
                FloatVector l = FloatVector.fromMemorySegment(SPECIES, ALL, place + Lanes.BYTES, ORDER);
                FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, place + 2L * Lanes.BYTES, ORDER);
                IntVector b0 =
                        (IntVector) ByteVector.fromMemorySegment(BYTES, ALL, r0 + d + 2 + j, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                IntVector b1 =
                        (IntVector) ByteVector.fromMemorySegment(BYTES, ALL, r1 + d + 2 + j, ByteOrder.LITTLE_ENDIAN)
                                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                FloatVector c0 = j == 0 ? c : p0.add(c);
                FloatVector c1 = j == 0 ? c : p1.add(c);
                p0 = ((FloatVector) b0.and(15).convertShape(VectorOperators.I2F, SPECIES, 0)).fma(l, c0);
                p1 = ((FloatVector) b1.and(15).convertShape(VectorOperators.I2F, SPECIES, 0)).fma(l, c1);
                p0 = ((FloatVector) b0.convertShape(VectorOperators.I2F, SPECIES, 0)).fma(b, p0);
                p1 = ((FloatVector) b1.convertShape(VectorOperators.I2F, SPECIES, 0)).fma(b, p1);
            }
            s0 = p0.fma(FloatVector.broadcast(SPECIES, StoredNumbers.half(ALL.get(SHORT, r0 + d))), s0);
            s1 = p1.fma(FloatVector.broadcast(SPECIES, StoredNumbers.half(ALL.get(SHORT, r1 + d))), s1);
        }
        y.set(ValueLayout.JAVA_FLOAT, y0, Lanes.sum(s0));
        y.set(ValueLayout.JAVA_FLOAT, y1, Lanes.sum(s1));
    }
}
