package io.deltarule.core.cpu.delta.kernel;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.memory.State;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The sweeps over a state that one micro-step of the recurrence takes: two, or one where the write is left to the next.
 *
 * <pre>
 *   erase:    p ← p − Σ_d e_d S_d
 *   write:    S_d ← a_d S_d + k_d p,   o = Σ_d q_d S_d
 *   advance:  S_d ← a_d S_d + h_d r,   p ← p − Σ_d e_d S_d,   o = Σ_d q_d S_d
 *   add:      S_d ← S_d + k_d p
 * </pre>
 *
 * S [K, V] of rows S_d; e, a, k, h, q [K] and p, r, o [V] are rows of scratch matrices. The first sweep takes whole rows, up
 * to eight vectors wide, so that main memory is read in order; the second finds the state in the second-level cache and
 * takes four vectors at a time, which is what fits the registers of 256-bit machines too, and so does the third.
 *
 * <p>Vectors are loaded and stored by the Vector API's own methods, which the JIT inlines however large a method has
 * become; methods of ours that take or return vectors it leaves out at some size, and then allocates every vector.
 */
public final class StateSweep {
    private static final int EIGHT = 8 * Lanes.COUNT;
    private static final int FOUR = 4 * Lanes.COUNT;

    private StateSweep() {}

    /** p ← p − Σ_d e_d S_d. */
    public static void erase(State state, int K, Matrix factors, int eraseRow, Matrix values, int pRow) {
        MemorySegment s = state.data();
        int width = state.stride();
        int e = factors.row(eraseRow);
        int p = values.row(pRow);
        int column = 0;
        for (; column + EIGHT <= width; column += EIGHT) {
            eraseEight(s, offset(column), state.rowBytes(), K, factors.data(), e, values.data(), p + column);
        }
        for (; column + FOUR <= width; column += FOUR) {
            eraseFour(s, offset(column), state.rowBytes(), K, factors.data(), e, values.data(), p + column);
        }
        for (; column < width; column += Lanes.COUNT) {
            eraseOne(s, offset(column), state.rowBytes(), K, factors.data(), e, values.data(), p + column);
        }
    }

    /** S_d ← a_d S_d + k_d p for rows a, k, q of factors; o ← Σ_d q_d S_d. */
    public static void write(
            State state, int K, Matrix factors, int aRow, int kRow, int qRow, Matrix values, int pRow, int oRow) {
        MemorySegment s = state.data();
        float[] f = factors.data();
        float[] v = values.data();
        long stride = state.rowBytes();
        int width = state.stride();
        int a = factors.row(aRow);
        int k = factors.row(kRow);
        int q = factors.row(qRow);
        int p = values.row(pRow);
        int o = values.row(oRow);
        int column = 0;
        for (; column + FOUR <= width; column += FOUR) {
            writeFour(s, offset(column), stride, K, f, a, k, q, v, p + column, o + column);
        }
        for (; column < width; column += Lanes.COUNT) {
            writeOne(s, offset(column), stride, K, f, a, k, q, v, p + column, o + column);
        }
    }

    /** S_d ← a_d S_d + h_d r for rows a, h of factors and r of values; p ← p − Σ_d e_d S_d; o ← Σ_d q_d S_d. */
    public static void advance(
            State state,
            int K,
            Matrix factors,
            int aRow,
            int hRow,
            int eRow,
            int qRow,
            Matrix values,
            int rRow,
            int pRow,
            int oRow) {
        MemorySegment s = state.data();
        float[] f = factors.data();
        float[] v = values.data();
        long stride = state.rowBytes();
        int width = state.stride();
        int a = factors.row(aRow);
        int h = factors.row(hRow);
        int e = factors.row(eRow);
        int q = factors.row(qRow);
        int r = values.row(rRow);
        int p = values.row(pRow);
        int o = values.row(oRow);
        int column = 0;
        for (; column + FOUR <= width; column += FOUR) {
            advanceFour(s, offset(column), stride, K, f, a, h, e, q, v, r + column, p + column, o + column);
        }
        for (; column < width; column += Lanes.COUNT) {
            advanceOne(s, offset(column), stride, K, f, a, h, e, q, v, r + column, p + column, o + column);
        }
    }

    /** S_d ← S_d + k_d p for rows k of factors and p of values. */
    public static void add(State state, int K, Matrix factors, int kRow, Matrix values, int pRow) {
        MemorySegment s = state.data();
        float[] f = factors.data();
        int k = factors.row(kRow);
        for (int column = 0; column < state.stride(); column += Lanes.COUNT) {
            FloatVector p = FloatVector.fromArray(Lanes.SPECIES, values.data(), values.row(pRow) + column);
            long at = offset(column);
            for (int d = 0; d < K; d++, at += state.rowBytes()) {
                FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                        .add(p.mul(f[k + d]))
                        .intoMemorySegment(s, at, Lanes.ORDER);
            }
        }
    }

    private static long offset(int column) {
        return (long) column * Float.BYTES;
    }

    /** S ← S + R, R ← 0. */
    public static void moveInto(State state, State rest, int K) {
        MemorySegment s = state.data();
        MemorySegment r = rest.data();
        long end = K * state.rowBytes();
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        for (long at = 0; at < end; at += Lanes.BYTES) {
            FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .add(FloatVector.fromMemorySegment(Lanes.SPECIES, r, at, Lanes.ORDER))
                    .intoMemorySegment(s, at, Lanes.ORDER);
            zero.intoMemorySegment(r, at, Lanes.ORDER);
        }
    }

    private static void eraseEight(MemorySegment s, long at, long stride, int K, float[] f, int e, float[] v, int p) {
        FloatVector p0 = FloatVector.fromArray(Lanes.SPECIES, v, p);
        FloatVector p1 = FloatVector.fromArray(Lanes.SPECIES, v, p + Lanes.COUNT);
        FloatVector p2 = FloatVector.fromArray(Lanes.SPECIES, v, p + 2 * Lanes.COUNT);
        FloatVector p3 = FloatVector.fromArray(Lanes.SPECIES, v, p + 3 * Lanes.COUNT);
        FloatVector p4 = FloatVector.fromArray(Lanes.SPECIES, v, p + 4 * Lanes.COUNT);
        FloatVector p5 = FloatVector.fromArray(Lanes.SPECIES, v, p + 5 * Lanes.COUNT);
        FloatVector p6 = FloatVector.fromArray(Lanes.SPECIES, v, p + 6 * Lanes.COUNT);
        FloatVector p7 = FloatVector.fromArray(Lanes.SPECIES, v, p + 7 * Lanes.COUNT);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector factor = FloatVector.broadcast(Lanes.SPECIES, -f[e + d]);
            p0 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(factor, p0);
            p1 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p1);
            p2 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 2L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p2);
            p3 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 3L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p3);
            p4 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 4L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p4);
            p5 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 5L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p5);
            p6 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 6L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p6);
            p7 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 7L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p7);
        }
        p0.intoArray(v, p);
        p1.intoArray(v, p + Lanes.COUNT);
        p2.intoArray(v, p + 2 * Lanes.COUNT);
        p3.intoArray(v, p + 3 * Lanes.COUNT);
        p4.intoArray(v, p + 4 * Lanes.COUNT);
        p5.intoArray(v, p + 5 * Lanes.COUNT);
        p6.intoArray(v, p + 6 * Lanes.COUNT);
        p7.intoArray(v, p + 7 * Lanes.COUNT);
    }

    private static void eraseFour(MemorySegment s, long at, long stride, int K, float[] f, int e, float[] v, int p) {
        FloatVector p0 = FloatVector.fromArray(Lanes.SPECIES, v, p);
        FloatVector p1 = FloatVector.fromArray(Lanes.SPECIES, v, p + Lanes.COUNT);
        FloatVector p2 = FloatVector.fromArray(Lanes.SPECIES, v, p + 2 * Lanes.COUNT);
        FloatVector p3 = FloatVector.fromArray(Lanes.SPECIES, v, p + 3 * Lanes.COUNT);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector factor = FloatVector.broadcast(Lanes.SPECIES, -f[e + d]);
            p0 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(factor, p0);
            p1 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p1);
            p2 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 2L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p2);
            p3 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 3L * Lanes.BYTES, Lanes.ORDER)
                    .fma(factor, p3);
        }
        p0.intoArray(v, p);
        p1.intoArray(v, p + Lanes.COUNT);
        p2.intoArray(v, p + 2 * Lanes.COUNT);
        p3.intoArray(v, p + 3 * Lanes.COUNT);
    }

    private static void eraseOne(MemorySegment s, long at, long stride, int K, float[] f, int e, float[] v, int p) {
        FloatVector sum = FloatVector.fromArray(Lanes.SPECIES, v, p);
        for (int d = 0; d < K; d++, at += stride) {
            sum = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(FloatVector.broadcast(Lanes.SPECIES, -f[e + d]), sum);
        }
        sum.intoArray(v, p);
    }

    private static void writeFour(
            MemorySegment s, long at, long stride, int K, float[] f, int a, int k, int q, float[] v, int p, int o) {
        FloatVector p0 = FloatVector.fromArray(Lanes.SPECIES, v, p);
        FloatVector p1 = FloatVector.fromArray(Lanes.SPECIES, v, p + Lanes.COUNT);
        FloatVector p2 = FloatVector.fromArray(Lanes.SPECIES, v, p + 2 * Lanes.COUNT);
        FloatVector p3 = FloatVector.fromArray(Lanes.SPECIES, v, p + 3 * Lanes.COUNT);
        FloatVector o0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector o1 = o0;
        FloatVector o2 = o0;
        FloatVector o3 = o0;
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector decay = FloatVector.broadcast(Lanes.SPECIES, f[a + d]);
            FloatVector key = FloatVector.broadcast(Lanes.SPECIES, f[k + d]);
            FloatVector query = FloatVector.broadcast(Lanes.SPECIES, f[q + d]);
            FloatVector s0 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(decay, p0.mul(key));
            FloatVector s1 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + Lanes.BYTES, Lanes.ORDER)
                    .fma(decay, p1.mul(key));
            FloatVector s2 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 2L * Lanes.BYTES, Lanes.ORDER)
                    .fma(decay, p2.mul(key));
            FloatVector s3 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 3L * Lanes.BYTES, Lanes.ORDER)
                    .fma(decay, p3.mul(key));
            s0.intoMemorySegment(s, at, Lanes.ORDER);
            s1.intoMemorySegment(s, at + Lanes.BYTES, Lanes.ORDER);
            s2.intoMemorySegment(s, at + 2L * Lanes.BYTES, Lanes.ORDER);
            s3.intoMemorySegment(s, at + 3L * Lanes.BYTES, Lanes.ORDER);
            o0 = s0.fma(query, o0);
            o1 = s1.fma(query, o1);
            o2 = s2.fma(query, o2);
            o3 = s3.fma(query, o3);
        }
        o0.intoArray(v, o);
        o1.intoArray(v, o + Lanes.COUNT);
        o2.intoArray(v, o + 2 * Lanes.COUNT);
        o3.intoArray(v, o + 3 * Lanes.COUNT);
    }

    private static void writeOne(
            MemorySegment s, long at, long stride, int K, float[] f, int a, int k, int q, float[] v, int p, int o) {
        FloatVector pseudoValue = FloatVector.fromArray(Lanes.SPECIES, v, p);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector next = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(FloatVector.broadcast(Lanes.SPECIES, f[a + d]), pseudoValue.mul(f[k + d]));
            next.intoMemorySegment(s, at, Lanes.ORDER);
            sum = next.fma(FloatVector.broadcast(Lanes.SPECIES, f[q + d]), sum);
        }
        sum.intoArray(v, o);
    }

    private static void advanceFour(
            MemorySegment s,
            long at,
            long stride,
            int K,
            float[] f,
            int a,
            int h,
            int e,
            int q,
            float[] v,
            int r,
            int p,
            int o) {
        FloatVector r0 = FloatVector.fromArray(Lanes.SPECIES, v, r);
        FloatVector r1 = FloatVector.fromArray(Lanes.SPECIES, v, r + Lanes.COUNT);
        FloatVector r2 = FloatVector.fromArray(Lanes.SPECIES, v, r + 2 * Lanes.COUNT);
        FloatVector r3 = FloatVector.fromArray(Lanes.SPECIES, v, r + 3 * Lanes.COUNT);
        FloatVector p0 = FloatVector.fromArray(Lanes.SPECIES, v, p);
        FloatVector p1 = FloatVector.fromArray(Lanes.SPECIES, v, p + Lanes.COUNT);
        FloatVector p2 = FloatVector.fromArray(Lanes.SPECIES, v, p + 2 * Lanes.COUNT);
        FloatVector p3 = FloatVector.fromArray(Lanes.SPECIES, v, p + 3 * Lanes.COUNT);
        FloatVector o0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector o1 = o0;
        FloatVector o2 = o0;
        FloatVector o3 = o0;
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector decay = FloatVector.broadcast(Lanes.SPECIES, f[a + d]);
            FloatVector key = FloatVector.broadcast(Lanes.SPECIES, f[h + d]);
            FloatVector query = FloatVector.broadcast(Lanes.SPECIES, f[q + d]);
            FloatVector erase = FloatVector.broadcast(Lanes.SPECIES, -f[e + d]);
            FloatVector s0 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(decay, r0.mul(key));
            FloatVector s1 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + Lanes.BYTES, Lanes.ORDER)
                    .fma(decay, r1.mul(key));
            FloatVector s2 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 2L * Lanes.BYTES, Lanes.ORDER)
                    .fma(decay, r2.mul(key));
            FloatVector s3 = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at + 3L * Lanes.BYTES, Lanes.ORDER)
                    .fma(decay, r3.mul(key));
            s0.intoMemorySegment(s, at, Lanes.ORDER);
            s1.intoMemorySegment(s, at + Lanes.BYTES, Lanes.ORDER);
            s2.intoMemorySegment(s, at + 2L * Lanes.BYTES, Lanes.ORDER);
            s3.intoMemorySegment(s, at + 3L * Lanes.BYTES, Lanes.ORDER);
            p0 = s0.fma(erase, p0);
            p1 = s1.fma(erase, p1);
            p2 = s2.fma(erase, p2);
            p3 = s3.fma(erase, p3);
            o0 = s0.fma(query, o0);
            o1 = s1.fma(query, o1);
            o2 = s2.fma(query, o2);
            o3 = s3.fma(query, o3);
        }
        p0.intoArray(v, p);
        p1.intoArray(v, p + Lanes.COUNT);
        p2.intoArray(v, p + 2 * Lanes.COUNT);
        p3.intoArray(v, p + 3 * Lanes.COUNT);
        o0.intoArray(v, o);
        o1.intoArray(v, o + Lanes.COUNT);
        o2.intoArray(v, o + 2 * Lanes.COUNT);
        o3.intoArray(v, o + 3 * Lanes.COUNT);
    }

    private static void advanceOne(
            MemorySegment s,
            long at,
            long stride,
            int K,
            float[] f,
            int a,
            int h,
            int e,
            int q,
            float[] v,
            int r,
            int p,
            int o) {
        FloatVector last = FloatVector.fromArray(Lanes.SPECIES, v, r);
        FloatVector pseudoValue = FloatVector.fromArray(Lanes.SPECIES, v, p);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector next = FloatVector.fromMemorySegment(Lanes.SPECIES, s, at, Lanes.ORDER)
                    .fma(FloatVector.broadcast(Lanes.SPECIES, f[a + d]), last.mul(f[h + d]));
            next.intoMemorySegment(s, at, Lanes.ORDER);
            pseudoValue = next.fma(FloatVector.broadcast(Lanes.SPECIES, -f[e + d]), pseudoValue);
            sum = next.fma(FloatVector.broadcast(Lanes.SPECIES, f[q + d]), sum);
        }
        pseudoValue.intoArray(v, p);
        sum.intoArray(v, o);
    }
}
