package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Products of two factors with a limit L, min(max(x, −L), L) · min(a, L), and their slopes, over n consecutive floats. */
public final class LimitedProduct {
    private LimitedProduct() {}

    /** y_i ← min(max(x_i, −L), L) · min(y_i, L). */
    public static void apply(MemorySegment x, long xAt, MemorySegment y, long yAt, float limit, int n) {
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector factor = Lanes.load(x, xAt + d).max(-limit).min(limit);
            Lanes.store(Lanes.load(y, yAt + d).min(limit).mul(factor), y, yAt + d);
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float factor = Math.clamp(number(x, xAt + d), -limit, limit);
            y.set(ValueLayout.JAVA_FLOAT, yAt + d, Math.min(number(y, yAt + d), limit) * factor);
        }
    }

    /**
     * With a and a' in {@code value} and {@code slope}: value_i ← min(a, L), or 0 where x_i is cut; slope_i ← a' · min(max(x_i, −L), L),
     * or 0 where a is cut.
     */
    public static void slopes(
            MemorySegment x,
            long xAt,
            MemorySegment value,
            long valueAt,
            MemorySegment slope,
            long slopeAt,
            float limit,
            int n) {
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector in = Lanes.load(x, xAt + d);
            FloatVector a = Lanes.load(value, valueAt + d);
            FloatVector by = Lanes.load(slope, slopeAt + d).mul(in.max(-limit).min(limit));
            Lanes.store(by.blend(0, a.compare(VectorOperators.GE, limit)), slope, slopeAt + d);
            Lanes.store(a.min(limit).blend(0, in.abs().compare(VectorOperators.GE, limit)), value, valueAt + d);
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float in = number(x, xAt + d);
            float a = number(value, valueAt + d);
            float by = number(slope, slopeAt + d) * Math.clamp(in, -limit, limit);
            slope.set(ValueLayout.JAVA_FLOAT, slopeAt + d, a >= limit ? 0 : by);
            value.set(ValueLayout.JAVA_FLOAT, valueAt + d, Math.abs(in) >= limit ? 0 : Math.min(a, limit));
        }
    }

    private static float number(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_FLOAT, at);
    }
}
