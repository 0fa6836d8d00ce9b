package io.deltarule.core.measure;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops that keep a core as busy as it can be with one thing: multiply-adds whose operands stay in registers, or loads whose
 * values are only added up.
 */
final class RegisterLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Registers beyond the 16 of AVX2: those of AVX-512 and of ARM. */
    private static final boolean MANY =
            SPECIES.vectorBitSize() == 512 || System.getProperty("os.arch").equals("aarch64");

    private RegisterLoops() {}

    /**
     * Sums that do not wait for each other: at least a processor's latency times its units, which is 8 to 10 on x86-64 and 16 on
     * ARM's widest cores, and few enough for its registers.
     */
    static int sums() {
        return MANY ? 16 : 12;
    }

    /** Multiplications and additions of so many rounds. */
    static double flops(int rounds) {
        return 2.0 * sums() * SPECIES.length() * rounds;
    }

    /** Rounds of a ← a x + y in registers; the sum of them, so that no compiler leaves them out. */
    static float multiplyAdds(int rounds) {
        return MANY ? sixteen(rounds) : twelve(rounds);
    }

    private static float twelve(int rounds) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector y = FloatVector.broadcast(SPECIES, 1f);
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        FloatVector i = a;
        FloatVector j = a;
        FloatVector k = a;
        FloatVector l = a;
        for (int round = 0; round < rounds; round++) {
            a = a.fma(x, y);
            b = b.fma(x, y);
            c = c.fma(x, y);
            d = d.fma(x, y);
            e = e.fma(x, y);
            f = f.fma(x, y);
            g = g.fma(x, y);
            h = h.fma(x, y);
            i = i.fma(x, y);
            j = j.fma(x, y);
            k = k.fma(x, y);
            l = l.fma(x, y);
        }
        return a.add(b)
                .add(c)
                .add(d)
                .add(e)
                .add(f)
                .add(g)
                .add(h)
                .add(i)
                .add(j)
                .add(k)
                .add(l)
                .lane(0);
    }

    private static float sixteen(int rounds) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector y = FloatVector.broadcast(SPECIES, 1f);
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        FloatVector i = a;
        FloatVector j = a;
        FloatVector k = a;
        FloatVector l = a;
        FloatVector m = a;
        FloatVector n = a;
        FloatVector o = a;
        FloatVector p = a;
        for (int round = 0; round < rounds; round++) {
            a = a.fma(x, y);
            b = b.fma(x, y);
            c = c.fma(x, y);
            d = d.fma(x, y);
            e = e.fma(x, y);
            f = f.fma(x, y);
            g = g.fma(x, y);
            h = h.fma(x, y);
            i = i.fma(x, y);
            j = j.fma(x, y);
            k = k.fma(x, y);
            l = l.fma(x, y);
            m = m.fma(x, y);
            n = n.fma(x, y);
            o = o.fma(x, y);
            p = p.fma(x, y);
        }
        return a.add(b)
                .add(c)
                .add(d)
                .add(e)
                .add(f)
                .add(g)
                .add(h)
                .add(i)
                .add(j)
                .add(k)
                .add(l)
                .add(m)
                .add(n)
                .add(o)
                .add(p)
                .lane(0);
    }

    /** The sum of one lane of what lies there, whole groups of four vectors of it. */
    static float read(MemorySegment data, long from, long bytes) {
        int step = SPECIES.vectorByteSize();
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long end = from + bytes - 4L * step;
        for (long at = from; at <= end; at += 4L * step) {
            a = a.add(FloatVector.fromMemorySegment(SPECIES, data, at, ByteOrder.nativeOrder()));
            b = b.add(FloatVector.fromMemorySegment(SPECIES, data, at + step, ByteOrder.nativeOrder()));
            c = c.add(FloatVector.fromMemorySegment(SPECIES, data, at + 2L * step, ByteOrder.nativeOrder()));
            d = d.add(FloatVector.fromMemorySegment(SPECIES, data, at + 3L * step, ByteOrder.nativeOrder()));
        }
        return a.add(b).add(c.add(d)).lane(0);
    }
}
