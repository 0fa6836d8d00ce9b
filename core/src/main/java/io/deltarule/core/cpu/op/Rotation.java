package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Sines and cosines of angles that may be large, and heads turned by them. */
public final class Rotation {
    private static final double PER_QUARTER = 2 / Math.PI;
    private static final double QUARTER = Math.PI / 2;
    private static final double QUARTER_REST = 6.123233995736766e-17; // what a double lacks of π/2

    private Rotation() {}

    /**
     * Writes cos φ and sin φ, error below 2^−23 for |φ| up to 10^9: φ less its quarter turns in float64, then Taylor
     * polynomials on [−π/4, π/4].
     */
    public static void cosineSine(double angle, MemorySegment table, long cosineAt, long sineAt) {
        double quarters = Math.rint(angle * PER_QUARTER);
        float r = (float) ((angle - quarters * QUARTER) - quarters * QUARTER_REST);
        float square = r * r;
        float sine = r + r * square * (-1 / 6f + square * (1 / 120f + square * (-1 / 5040f + square * (1 / 362880f))));
        float rest = -1 / 720f + square * (1 / 40320f - square * (1 / 3628800f));
        float cosine = 1 + square * (-0.5f + square * (1 / 24f + square * rest));
        boolean odd = ((long) quarters & 1) != 0;
        boolean sineDown = ((long) quarters & 2) != 0;
        boolean cosineDown = odd != sineDown;
        float turnedCosine = odd ? sine : cosine;
        float turnedSine = odd ? cosine : sine;
        table.set(ValueLayout.JAVA_FLOAT, cosineAt, cosineDown ? -turnedCosine : turnedCosine);
        table.set(ValueLayout.JAVA_FLOAT, sineAt, sineDown ? -turnedSine : turnedSine);
    }

    /**
     * Turns one head: channel i with channel half + i; channels from 2 · half on are copied.
     *
     * @param at byte offset of the head in x and in y
     * @param cosines byte offset of half cosines in the table
     * @param sines byte offset of half sines
     */
    public static void turn(
            SlotBuffer x, SlotBuffer y, long at, int head, int half, MemorySegment table, long cosines, long sines) {
        MemorySegment from = x.data();
        MemorySegment to = y.data();
        long across = (long) half * Float.BYTES;
        int i = 0;
        for (; i + Lanes.COUNT <= half; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector a = Lanes.load(from, at + d);
            FloatVector b = Lanes.load(from, at + d + across);
            FloatVector c = Lanes.load(table, cosines + d);
            FloatVector s = Lanes.load(table, sines + d);
            Lanes.store(a.mul(c).sub(b.mul(s)), to, at + d);
            Lanes.store(b.mul(c).add(a.mul(s)), to, at + d + across);
        }
        if (i < half) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(i, half);
            FloatVector a = Spans.load(from, at + d, mask);
            FloatVector b = Spans.load(from, at + d + across, mask);
            FloatVector c = Spans.load(table, cosines + d, mask);
            FloatVector s = Spans.load(table, sines + d, mask);
            Spans.store(a.mul(c).sub(b.mul(s)), to, at + d, mask);
            Spans.store(b.mul(c).add(a.mul(s)), to, at + d + across, mask);
        }
        if (2 * half < head) {
            MemorySegment.copy(from, at + 2 * across, to, at + 2 * across, (long) (head - 2 * half) * Float.BYTES);
        }
    }
}
