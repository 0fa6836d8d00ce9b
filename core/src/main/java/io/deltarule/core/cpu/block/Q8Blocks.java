package io.deltarule.core.cpu.block;

import static io.deltarule.core.cpu.block.BlockRows.BYTES;
import static io.deltarule.core.cpu.block.BlockRows.half;
import static io.deltarule.core.cpu.math.Lanes.ORDER;
import static io.deltarule.core.cpu.math.Lanes.SPECIES;
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

    static float dot(MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += BLOCK) {
            FloatVector part = FloatVector.zero(SPECIES);
            for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
                FloatVector q = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, at + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                part = q.fma(
                        FloatVector.fromMemorySegment(SPECIES, x, xAt + (long) (i + j) * Float.BYTES, ORDER), part);
            }
            sum = part.fma(FloatVector.broadcast(SPECIES, half(w, at)), sum);
            at += BLOCK_BYTES;
        }
        return Lanes.sum(sum);
    }

    /**
     * Four rows at once, which share what is loaded of x.
     *
     * @param w0 where the first begins
     * @param stride bytes from one to the next
     * @param y overwritten
     * @param yAt byte offset of the first of four floats
     * @param apart floats from one to the next
     */
    static void four(
            MemorySegment w,
            long w0,
            long stride,
            MemorySegment x,
            long xAt,
            int n,
            MemorySegment y,
            long yAt,
            long apart) {
        long w1 = w0 + stride;
        long w2 = w1 + stride;
        long w3 = w2 + stride;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < n / BLOCK; k++) {
            long d = (long) BLOCK_BYTES * k;
            long place = xAt + (long) BLOCK * Float.BYTES * k;
            FloatVector p0 = FloatVector.zero(SPECIES);
            FloatVector p1 = p0;
            FloatVector p2 = p0;
            FloatVector p3 = p0;
            for (int j = 0; j < BLOCK; j += Lanes.COUNT) {
                FloatVector a = FloatVector.fromMemorySegment(SPECIES, x, place + (long) j * Float.BYTES, ORDER);
                FloatVector q0 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, w0 + d + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                FloatVector q1 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, w1 + d + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                FloatVector q2 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, w2 + d + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                FloatVector q3 = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, w3 + d + 2 + j, LITTLE_ENDIAN)
                        .convertShape(VectorOperators.B2F, SPECIES, 0);
                p0 = q0.fma(a, p0);
                p1 = q1.fma(a, p1);
                p2 = q2.fma(a, p2);
                p3 = q3.fma(a, p3);
            }
            s0 = p0.fma(FloatVector.broadcast(SPECIES, half(w, w0 + d)), s0);
            s1 = p1.fma(FloatVector.broadcast(SPECIES, half(w, w1 + d)), s1);
            s2 = p2.fma(FloatVector.broadcast(SPECIES, half(w, w2 + d)), s2);
            s3 = p3.fma(FloatVector.broadcast(SPECIES, half(w, w3 + d)), s3);
        }
        y.set(ValueLayout.JAVA_FLOAT, yAt, Lanes.sum(s0));
        y.set(ValueLayout.JAVA_FLOAT, yAt + Float.BYTES * apart, Lanes.sum(s1));
        y.set(ValueLayout.JAVA_FLOAT, yAt + 2 * Float.BYTES * apart, Lanes.sum(s2));
        y.set(ValueLayout.JAVA_FLOAT, yAt + 3 * Float.BYTES * apart, Lanes.sum(s3));
    }
}
