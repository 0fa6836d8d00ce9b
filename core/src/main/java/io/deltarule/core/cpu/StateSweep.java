package io.deltarule.core.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The two sweeps over a state that one micro-step of the recurrence takes.
 *
 * <pre>
 *   erase:  p ← u − Σ_d e_d S_d
 *   write:  S_d ← a_d S_d + k_d p,   o = Σ_d q_d S_d
 * </pre>
 *
 * S [K, V] of rows S_d; e, a, k, q [K] and p, o [V] are rows of scratch matrices. The first sweep takes whole rows, up
 * to eight vectors wide, so that main memory is read in order; the second finds the state in the second-level cache and
 * takes four vectors at a time, which is what fits the registers of 256-bit machines too.
 */
final class StateSweep {
    private static final int EIGHT = 8 * Lanes.COUNT;
    private static final int FOUR = 4 * Lanes.COUNT;

    private StateSweep() {}

    /** p ← p − Σ_d e_d S_d. */
    static void erase(State state, int K, Matrix factors, int eraseRow, Matrix values, int pRow) {
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
    static void write(
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

    private static long offset(int column) {
        return (long) column * Float.BYTES;
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.SPECIES, value);
    }

    private static FloatVector load(MemorySegment data, long byteOffset, int vector) {
        return Lanes.load(data, byteOffset + (long) vector * Lanes.BYTES);
    }

    private static void store(FloatVector value, MemorySegment data, long byteOffset, int vector) {
        Lanes.store(value, data, byteOffset + (long) vector * Lanes.BYTES);
    }

    private static FloatVector load(float[] data, int index, int vector) {
        return Lanes.load(data, index + vector * Lanes.COUNT);
    }

    private static void store(FloatVector value, float[] data, int index, int vector) {
        value.intoArray(data, index + vector * Lanes.COUNT);
    }

    private static void eraseEight(MemorySegment s, long at, long stride, int K, float[] f, int e, float[] v, int p) {
        FloatVector p0 = load(v, p, 0);
        FloatVector p1 = load(v, p, 1);
        FloatVector p2 = load(v, p, 2);
        FloatVector p3 = load(v, p, 3);
        FloatVector p4 = load(v, p, 4);
        FloatVector p5 = load(v, p, 5);
        FloatVector p6 = load(v, p, 6);
        FloatVector p7 = load(v, p, 7);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector factor = broadcast(-f[e + d]);
            p0 = load(s, at, 0).fma(factor, p0);
            p1 = load(s, at, 1).fma(factor, p1);
            p2 = load(s, at, 2).fma(factor, p2);
            p3 = load(s, at, 3).fma(factor, p3);
            p4 = load(s, at, 4).fma(factor, p4);
            p5 = load(s, at, 5).fma(factor, p5);
            p6 = load(s, at, 6).fma(factor, p6);
            p7 = load(s, at, 7).fma(factor, p7);
        }
        store(p0, v, p, 0);
        store(p1, v, p, 1);
        store(p2, v, p, 2);
        store(p3, v, p, 3);
        store(p4, v, p, 4);
        store(p5, v, p, 5);
        store(p6, v, p, 6);
        store(p7, v, p, 7);
    }

    private static void eraseFour(MemorySegment s, long at, long stride, int K, float[] f, int e, float[] v, int p) {
        FloatVector p0 = load(v, p, 0);
        FloatVector p1 = load(v, p, 1);
        FloatVector p2 = load(v, p, 2);
        FloatVector p3 = load(v, p, 3);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector factor = broadcast(-f[e + d]);
            p0 = load(s, at, 0).fma(factor, p0);
            p1 = load(s, at, 1).fma(factor, p1);
            p2 = load(s, at, 2).fma(factor, p2);
            p3 = load(s, at, 3).fma(factor, p3);
        }
        store(p0, v, p, 0);
        store(p1, v, p, 1);
        store(p2, v, p, 2);
        store(p3, v, p, 3);
    }

    private static void eraseOne(MemorySegment s, long at, long stride, int K, float[] f, int e, float[] v, int p) {
        FloatVector sum = Lanes.load(v, p);
        for (int d = 0; d < K; d++, at += stride) {
            sum = Lanes.load(s, at).fma(broadcast(-f[e + d]), sum);
        }
        sum.intoArray(v, p);
    }

    private static void writeFour(
            MemorySegment s, long at, long stride, int K, float[] f, int a, int k, int q, float[] v, int p, int o) {
        FloatVector p0 = load(v, p, 0);
        FloatVector p1 = load(v, p, 1);
        FloatVector p2 = load(v, p, 2);
        FloatVector p3 = load(v, p, 3);
        FloatVector o0 = FloatVector.zero(Lanes.SPECIES);
        FloatVector o1 = o0;
        FloatVector o2 = o0;
        FloatVector o3 = o0;
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector decay = broadcast(f[a + d]);
            FloatVector key = broadcast(f[k + d]);
            FloatVector query = broadcast(f[q + d]);
            FloatVector s0 = load(s, at, 0).fma(decay, p0.mul(key));
            FloatVector s1 = load(s, at, 1).fma(decay, p1.mul(key));
            FloatVector s2 = load(s, at, 2).fma(decay, p2.mul(key));
            FloatVector s3 = load(s, at, 3).fma(decay, p3.mul(key));
            store(s0, s, at, 0);
            store(s1, s, at, 1);
            store(s2, s, at, 2);
            store(s3, s, at, 3);
            o0 = s0.fma(query, o0);
            o1 = s1.fma(query, o1);
            o2 = s2.fma(query, o2);
            o3 = s3.fma(query, o3);
        }
        store(o0, v, o, 0);
        store(o1, v, o, 1);
        store(o2, v, o, 2);
        store(o3, v, o, 3);
    }

    private static void writeOne(
            MemorySegment s, long at, long stride, int K, float[] f, int a, int k, int q, float[] v, int p, int o) {
        FloatVector pseudoValue = Lanes.load(v, p);
        FloatVector sum = FloatVector.zero(Lanes.SPECIES);
        for (int d = 0; d < K; d++, at += stride) {
            FloatVector next = Lanes.load(s, at).fma(broadcast(f[a + d]), pseudoValue.mul(f[k + d]));
            Lanes.store(next, s, at);
            sum = next.fma(broadcast(f[q + d]), sum);
        }
        sum.intoArray(v, o);
    }
}
