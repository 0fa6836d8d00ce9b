package io.deltarule.core.cpu.product;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Part;
import jdk.incubator.vector.FloatVector;

/**
 * Tiles of C ← diag(e) A B + diag(f) D, two vectors wide, that stay in registers while sums run over the depth: a number of each row of A
 * is broadcast and meets a row of B. Sums are taken in the order of the depth, from zero; D is added at the end.
 *
 * <p>Written out flat: the JIT does not inline methods that hand vectors on into one of this size, and would then allocate
 * every vector.
 */
final class RegisterTiles {
    private RegisterTiles() {}

    /**
     * A tile of 12, 8 or 4 rows.
     *
     * @param rowStep from a number of A to the next row's
     * @param depthStep from one to the row's next; either step may be 1, so that A may lie transposed
     * @param e factors, as f, of which those from a row on are meant
     */
    static void compute(
            int rows,
            Part a,
            int rowStep,
            int depthStep,
            Part b,
            int depth,
            Factors e,
            Part d,
            Factors f,
            int row,
            Part c) {
        switch (rows) {
            case 12 ->
                twelve(
                        a.data(),
                        a.at(),
                        rowStep,
                        depthStep,
                        b.data(),
                        b.at(),
                        b.stride(),
                        depth,
                        e.values(),
                        e.at(row),
                        d.data(),
                        d.at(),
                        d.stride(),
                        f.values(),
                        f.at(row),
                        c.data(),
                        c.at(),
                        c.stride());
            case 8 ->
                eight(
                        a.data(),
                        a.at(),
                        rowStep,
                        depthStep,
                        b.data(),
                        b.at(),
                        b.stride(),
                        depth,
                        e.values(),
                        e.at(row),
                        d.data(),
                        d.at(),
                        d.stride(),
                        f.values(),
                        f.at(row),
                        c.data(),
                        c.at(),
                        c.stride());
            case 4 ->
                four(
                        a.data(),
                        a.at(),
                        rowStep,
                        depthStep,
                        b.data(),
                        b.at(),
                        b.stride(),
                        depth,
                        e.values(),
                        e.at(row),
                        d.data(),
                        d.at(),
                        d.stride(),
                        f.values(),
                        f.at(row),
                        c.data(),
                        c.at(),
                        c.stride());
            default -> throw new AssertionError(rows);
        }
    }

    private static void twelve(
            float[] a,
            int at,
            int rowStep,
            int depthStep,
            float[] b,
            int bAt,
            int ldb,
            int depth,
            float[] e,
            int eAt,
            float[] d,
            int dAt,
            int ldd,
            float[] f,
            int fAt,
            float[] c,
            int cAt,
            int ldc) {
        int a0 = at;
        int a1 = a0 + rowStep;
        int a2 = a1 + rowStep;
        int a3 = a2 + rowStep;
        int a4 = a3 + rowStep;
        int a5 = a4 + rowStep;
        int a6 = a5 + rowStep;
        int a7 = a6 + rowStep;
        int a8 = a7 + rowStep;
        int a9 = a8 + rowStep;
        int a10 = a9 + rowStep;
        int a11 = a10 + rowStep;
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        FloatVector s0 = zero, t0 = zero;
        FloatVector s1 = zero, t1 = zero;
        FloatVector s2 = zero, t2 = zero;
        FloatVector s3 = zero, t3 = zero;
        FloatVector s4 = zero, t4 = zero;
        FloatVector s5 = zero, t5 = zero;
        FloatVector s6 = zero, t6 = zero;
        FloatVector s7 = zero, t7 = zero;
        FloatVector s8 = zero, t8 = zero;
        FloatVector s9 = zero, t9 = zero;
        FloatVector s10 = zero, t10 = zero;
        FloatVector s11 = zero, t11 = zero;
        for (int j = 0, i = 0, row = bAt; j < depth; j++, i += depthStep, row += ldb) {
            FloatVector b0 = FloatVector.fromArray(Lanes.SPECIES, b, row);
            FloatVector b1 = FloatVector.fromArray(Lanes.SPECIES, b, row + Lanes.COUNT);
            FloatVector x = FloatVector.broadcast(Lanes.SPECIES, a[a0 + i]);
            s0 = x.fma(b0, s0);
            t0 = x.fma(b1, t0);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a1 + i]);
            s1 = x.fma(b0, s1);
            t1 = x.fma(b1, t1);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a2 + i]);
            s2 = x.fma(b0, s2);
            t2 = x.fma(b1, t2);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a3 + i]);
            s3 = x.fma(b0, s3);
            t3 = x.fma(b1, t3);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a4 + i]);
            s4 = x.fma(b0, s4);
            t4 = x.fma(b1, t4);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a5 + i]);
            s5 = x.fma(b0, s5);
            t5 = x.fma(b1, t5);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a6 + i]);
            s6 = x.fma(b0, s6);
            t6 = x.fma(b1, t6);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a7 + i]);
            s7 = x.fma(b0, s7);
            t7 = x.fma(b1, t7);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a8 + i]);
            s8 = x.fma(b0, s8);
            t8 = x.fma(b1, t8);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a9 + i]);
            s9 = x.fma(b0, s9);
            t9 = x.fma(b1, t9);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a10 + i]);
            s10 = x.fma(b0, s10);
            t10 = x.fma(b1, t10);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a11 + i]);
            s11 = x.fma(b0, s11);
            t11 = x.fma(b1, t11);
        }
        int c0 = cAt;
        int d0 = dAt;
        FloatVector m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 0]);
        FloatVector n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 0]);
        s0.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d0).mul(n)).intoArray(c, c0);
        t0.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d0 + Lanes.COUNT).mul(n))
                .intoArray(c, c0 + Lanes.COUNT);
        int c1 = c0 + ldc;
        int d1 = d0 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 1]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 1]);
        s1.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d1).mul(n)).intoArray(c, c1);
        t1.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d1 + Lanes.COUNT).mul(n))
                .intoArray(c, c1 + Lanes.COUNT);
        int c2 = c1 + ldc;
        int d2 = d1 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 2]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 2]);
        s2.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d2).mul(n)).intoArray(c, c2);
        t2.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d2 + Lanes.COUNT).mul(n))
                .intoArray(c, c2 + Lanes.COUNT);
        int c3 = c2 + ldc;
        int d3 = d2 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 3]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 3]);
        s3.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d3).mul(n)).intoArray(c, c3);
        t3.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d3 + Lanes.COUNT).mul(n))
                .intoArray(c, c3 + Lanes.COUNT);
        int c4 = c3 + ldc;
        int d4 = d3 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 4]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 4]);
        s4.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d4).mul(n)).intoArray(c, c4);
        t4.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d4 + Lanes.COUNT).mul(n))
                .intoArray(c, c4 + Lanes.COUNT);
        int c5 = c4 + ldc;
        int d5 = d4 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 5]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 5]);
        s5.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d5).mul(n)).intoArray(c, c5);
        t5.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d5 + Lanes.COUNT).mul(n))
                .intoArray(c, c5 + Lanes.COUNT);
        int c6 = c5 + ldc;
        int d6 = d5 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 6]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 6]);
        s6.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d6).mul(n)).intoArray(c, c6);
        t6.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d6 + Lanes.COUNT).mul(n))
                .intoArray(c, c6 + Lanes.COUNT);
        int c7 = c6 + ldc;
        int d7 = d6 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 7]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 7]);
        s7.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d7).mul(n)).intoArray(c, c7);
        t7.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d7 + Lanes.COUNT).mul(n))
                .intoArray(c, c7 + Lanes.COUNT);
        int c8 = c7 + ldc;
        int d8 = d7 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 8]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 8]);
        s8.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d8).mul(n)).intoArray(c, c8);
        t8.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d8 + Lanes.COUNT).mul(n))
                .intoArray(c, c8 + Lanes.COUNT);
        int c9 = c8 + ldc;
        int d9 = d8 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 9]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 9]);
        s9.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d9).mul(n)).intoArray(c, c9);
        t9.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d9 + Lanes.COUNT).mul(n))
                .intoArray(c, c9 + Lanes.COUNT);
        int c10 = c9 + ldc;
        int d10 = d9 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 10]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 10]);
        s10.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d10).mul(n)).intoArray(c, c10);
        t10.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d10 + Lanes.COUNT).mul(n))
                .intoArray(c, c10 + Lanes.COUNT);
        int c11 = c10 + ldc;
        int d11 = d10 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 11]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 11]);
        s11.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d11).mul(n)).intoArray(c, c11);
        t11.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d11 + Lanes.COUNT).mul(n))
                .intoArray(c, c11 + Lanes.COUNT);
    }

    private static void eight(
            float[] a,
            int at,
            int rowStep,
            int depthStep,
            float[] b,
            int bAt,
            int ldb,
            int depth,
            float[] e,
            int eAt,
            float[] d,
            int dAt,
            int ldd,
            float[] f,
            int fAt,
            float[] c,
            int cAt,
            int ldc) {
        int a0 = at;
        int a1 = a0 + rowStep;
        int a2 = a1 + rowStep;
        int a3 = a2 + rowStep;
        int a4 = a3 + rowStep;
        int a5 = a4 + rowStep;
        int a6 = a5 + rowStep;
        int a7 = a6 + rowStep;
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        FloatVector s0 = zero, t0 = zero;
        FloatVector s1 = zero, t1 = zero;
        FloatVector s2 = zero, t2 = zero;
        FloatVector s3 = zero, t3 = zero;
        FloatVector s4 = zero, t4 = zero;
        FloatVector s5 = zero, t5 = zero;
        FloatVector s6 = zero, t6 = zero;
        FloatVector s7 = zero, t7 = zero;
        for (int j = 0, i = 0, row = bAt; j < depth; j++, i += depthStep, row += ldb) {
            FloatVector b0 = FloatVector.fromArray(Lanes.SPECIES, b, row);
            FloatVector b1 = FloatVector.fromArray(Lanes.SPECIES, b, row + Lanes.COUNT);
            FloatVector x = FloatVector.broadcast(Lanes.SPECIES, a[a0 + i]);
            s0 = x.fma(b0, s0);
            t0 = x.fma(b1, t0);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a1 + i]);
            s1 = x.fma(b0, s1);
            t1 = x.fma(b1, t1);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a2 + i]);
            s2 = x.fma(b0, s2);
            t2 = x.fma(b1, t2);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a3 + i]);
            s3 = x.fma(b0, s3);
            t3 = x.fma(b1, t3);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a4 + i]);
            s4 = x.fma(b0, s4);
            t4 = x.fma(b1, t4);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a5 + i]);
            s5 = x.fma(b0, s5);
            t5 = x.fma(b1, t5);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a6 + i]);
            s6 = x.fma(b0, s6);
            t6 = x.fma(b1, t6);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a7 + i]);
            s7 = x.fma(b0, s7);
            t7 = x.fma(b1, t7);
        }
        int c0 = cAt;
        int d0 = dAt;
        FloatVector m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 0]);
        FloatVector n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 0]);
        s0.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d0).mul(n)).intoArray(c, c0);
        t0.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d0 + Lanes.COUNT).mul(n))
                .intoArray(c, c0 + Lanes.COUNT);
        int c1 = c0 + ldc;
        int d1 = d0 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 1]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 1]);
        s1.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d1).mul(n)).intoArray(c, c1);
        t1.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d1 + Lanes.COUNT).mul(n))
                .intoArray(c, c1 + Lanes.COUNT);
        int c2 = c1 + ldc;
        int d2 = d1 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 2]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 2]);
        s2.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d2).mul(n)).intoArray(c, c2);
        t2.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d2 + Lanes.COUNT).mul(n))
                .intoArray(c, c2 + Lanes.COUNT);
        int c3 = c2 + ldc;
        int d3 = d2 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 3]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 3]);
        s3.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d3).mul(n)).intoArray(c, c3);
        t3.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d3 + Lanes.COUNT).mul(n))
                .intoArray(c, c3 + Lanes.COUNT);
        int c4 = c3 + ldc;
        int d4 = d3 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 4]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 4]);
        s4.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d4).mul(n)).intoArray(c, c4);
        t4.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d4 + Lanes.COUNT).mul(n))
                .intoArray(c, c4 + Lanes.COUNT);
        int c5 = c4 + ldc;
        int d5 = d4 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 5]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 5]);
        s5.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d5).mul(n)).intoArray(c, c5);
        t5.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d5 + Lanes.COUNT).mul(n))
                .intoArray(c, c5 + Lanes.COUNT);
        int c6 = c5 + ldc;
        int d6 = d5 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 6]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 6]);
        s6.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d6).mul(n)).intoArray(c, c6);
        t6.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d6 + Lanes.COUNT).mul(n))
                .intoArray(c, c6 + Lanes.COUNT);
        int c7 = c6 + ldc;
        int d7 = d6 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 7]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 7]);
        s7.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d7).mul(n)).intoArray(c, c7);
        t7.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d7 + Lanes.COUNT).mul(n))
                .intoArray(c, c7 + Lanes.COUNT);
    }

    private static void four(
            float[] a,
            int at,
            int rowStep,
            int depthStep,
            float[] b,
            int bAt,
            int ldb,
            int depth,
            float[] e,
            int eAt,
            float[] d,
            int dAt,
            int ldd,
            float[] f,
            int fAt,
            float[] c,
            int cAt,
            int ldc) {
        int a0 = at;
        int a1 = a0 + rowStep;
        int a2 = a1 + rowStep;
        int a3 = a2 + rowStep;
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        FloatVector s0 = zero, t0 = zero;
        FloatVector s1 = zero, t1 = zero;
        FloatVector s2 = zero, t2 = zero;
        FloatVector s3 = zero, t3 = zero;
        for (int j = 0, i = 0, row = bAt; j < depth; j++, i += depthStep, row += ldb) {
            FloatVector b0 = FloatVector.fromArray(Lanes.SPECIES, b, row);
            FloatVector b1 = FloatVector.fromArray(Lanes.SPECIES, b, row + Lanes.COUNT);
            FloatVector x = FloatVector.broadcast(Lanes.SPECIES, a[a0 + i]);
            s0 = x.fma(b0, s0);
            t0 = x.fma(b1, t0);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a1 + i]);
            s1 = x.fma(b0, s1);
            t1 = x.fma(b1, t1);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a2 + i]);
            s2 = x.fma(b0, s2);
            t2 = x.fma(b1, t2);
            x = FloatVector.broadcast(Lanes.SPECIES, a[a3 + i]);
            s3 = x.fma(b0, s3);
            t3 = x.fma(b1, t3);
        }
        int c0 = cAt;
        int d0 = dAt;
        FloatVector m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 0]);
        FloatVector n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 0]);
        s0.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d0).mul(n)).intoArray(c, c0);
        t0.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d0 + Lanes.COUNT).mul(n))
                .intoArray(c, c0 + Lanes.COUNT);
        int c1 = c0 + ldc;
        int d1 = d0 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 1]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 1]);
        s1.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d1).mul(n)).intoArray(c, c1);
        t1.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d1 + Lanes.COUNT).mul(n))
                .intoArray(c, c1 + Lanes.COUNT);
        int c2 = c1 + ldc;
        int d2 = d1 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 2]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 2]);
        s2.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d2).mul(n)).intoArray(c, c2);
        t2.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d2 + Lanes.COUNT).mul(n))
                .intoArray(c, c2 + Lanes.COUNT);
        int c3 = c2 + ldc;
        int d3 = d2 + ldd;
        m = FloatVector.broadcast(Lanes.SPECIES, e[eAt + 3]);
        n = FloatVector.broadcast(Lanes.SPECIES, f[fAt + 3]);
        s3.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d3).mul(n)).intoArray(c, c3);
        t3.fma(m, FloatVector.fromArray(Lanes.SPECIES, d, d3 + Lanes.COUNT).mul(n))
                .intoArray(c, c3 + Lanes.COUNT);
    }
}
