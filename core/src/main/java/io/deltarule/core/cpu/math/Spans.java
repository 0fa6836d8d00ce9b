package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Loops over n consecutive floats that are not padded: whole vectors, then one under a mask, so that nothing past the
 * span is read or written. Offsets are in bytes.
 */
public final class Spans {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Spans() {}

    /** The mask of the last n mod lanes numbers. */
    public static VectorMask<Float> tail(int from, int n) {
        return Lanes.SPECIES.indexInRange(from, n);
    }

    public static FloatVector load(MemorySegment data, long at, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(Lanes.SPECIES, data, at, ORDER, mask);
    }

    public static void store(FloatVector vector, MemorySegment data, long at, VectorMask<Float> mask) {
        vector.intoMemorySegment(data, at, ORDER, mask);
    }

    /** Σ a_i². */
    public static float squares(MemorySegment a, long at, int n) {
        return dot(a, at, a, at, n);
    }

    /** Σ a_i b_i, in four partial sums. */
    public static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int n) {
        FloatVector s0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int lanes = Lanes.COUNT;
        int i = 0;
        for (; i + 4 * lanes <= n; i += 4 * lanes) {
            long d = (long) i * Float.BYTES;
            s0 = Lanes.load(a, aAt + d).fma(Lanes.load(b, bAt + d), s0);
            s1 = Lanes.load(a, aAt + d + Lanes.BYTES).fma(Lanes.load(b, bAt + d + Lanes.BYTES), s1);
            s2 = Lanes.load(a, aAt + d + 2L * Lanes.BYTES).fma(Lanes.load(b, bAt + d + 2L * Lanes.BYTES), s2);
            s3 = Lanes.load(a, aAt + d + 3L * Lanes.BYTES).fma(Lanes.load(b, bAt + d + 3L * Lanes.BYTES), s3);
        }
        for (; i + lanes <= n; i += lanes) {
            long d = (long) i * Float.BYTES;
            s0 = Lanes.load(a, aAt + d).fma(Lanes.load(b, bAt + d), s0);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = tail(i, n);
            s0 = load(a, aAt + d, mask).fma(load(b, bAt + d, mask), s0);
        }
        return Lanes.sum(s0.add(s1).add(s2.add(s3)));
    }

    /** to_i ← a_i · factor. */
    public static void scale(MemorySegment a, long aAt, float factor, MemorySegment to, long toAt, int n) {
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            Lanes.store(Lanes.load(a, aAt + d).mul(factor), to, toAt + d);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = tail(i, n);
            store(load(a, aAt + d, mask).mul(factor), to, toAt + d, mask);
        }
    }

    /** to_i ← a_i · factor · w_i. */
    public static void scaleTimes(
            MemorySegment a, long aAt, float factor, MemorySegment w, long wAt, MemorySegment to, long toAt, int n) {
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            Lanes.store(Lanes.load(a, aAt + d).mul(factor).mul(Lanes.load(w, wAt + d)), to, toAt + d);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = tail(i, n);
            store(load(a, aAt + d, mask).mul(factor).mul(load(w, wAt + d, mask)), to, toAt + d, mask);
        }
    }

    /** to_i ← to_i + factor · a_i. */
    public static void accumulate(float factor, MemorySegment a, long aAt, MemorySegment to, long toAt, int n) {
        FloatVector f = FloatVector.broadcast(Lanes.SPECIES, factor);
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            Lanes.store(Lanes.load(a, aAt + d).fma(f, Lanes.load(to, toAt + d)), to, toAt + d);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = tail(i, n);
            store(load(a, aAt + d, mask).fma(f, load(to, toAt + d, mask)), to, toAt + d, mask);
        }
    }

    /** to_i ← to_i + a_i · b_i. */
    public static void accumulateProduct(
            MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment to, long toAt, int n) {
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            Lanes.store(Lanes.load(a, aAt + d).fma(Lanes.load(b, bAt + d), Lanes.load(to, toAt + d)), to, toAt + d);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = tail(i, n);
            FloatVector sum = load(a, aAt + d, mask).fma(load(b, bAt + d, mask), load(to, toAt + d, mask));
            store(sum, to, toAt + d, mask);
        }
    }

    /** to_i ← x · a_i + y · b_i. */
    public static void combine(
            float x,
            MemorySegment a,
            long aAt,
            float y,
            MemorySegment b,
            long bAt,
            MemorySegment to,
            long toAt,
            int n) {
        FloatVector f = FloatVector.broadcast(Lanes.SPECIES, x);
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            Lanes.store(Lanes.load(a, aAt + d).fma(f, Lanes.load(b, bAt + d).mul(y)), to, toAt + d);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = tail(i, n);
            store(load(a, aAt + d, mask).fma(f, load(b, bAt + d, mask).mul(y)), to, toAt + d, mask);
        }
    }
}
