package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.layer.Activation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The activations with their derivatives, over n consecutive floats off-heap.
 *
 * <pre>
 *   sigmoid  s (1 − s)      SiLU  s + x s (1 − s)      ReLU  1 for x &gt; 0, else 0      ELU  1 for x &gt; 0, else exp(x)
 *   softplus  sigmoid(x)      tanh  1 − y²      exp  y
 * </pre>
 */
final class ActivationSlopes {
    private ActivationSlopes() {}

    /** value_i ← act(x_i), slope_i ← act'(x_i); all three apart. */
    static void apply(
            Activation act,
            MemorySegment x,
            long xAt,
            MemorySegment value,
            long valueAt,
            MemorySegment slope,
            long slopeAt,
            int n) {
        int whole = n - n % Lanes.COUNT;
        switch (act) {
            case IDENTITY, RELU -> {
                Activations.apply(act, x, xAt, value, valueAt, n);
                steps(act == Activation.IDENTITY ? Float.NEGATIVE_INFINITY : 0, x, xAt, slope, slopeAt, whole);
            }
            case SIGMOID -> {
                Activations.apply(act, x, xAt, value, valueAt, n);
                sigmoid(value, valueAt, slope, slopeAt, whole);
            }
            case SILU -> {
                Activations.apply(Activation.SIGMOID, x, xAt, slope, slopeAt, n);
                silu(x, xAt, value, valueAt, slope, slopeAt, whole);
            }
            case ELU -> {
                Activations.apply(act, x, xAt, value, valueAt, n);
                elu(value, valueAt, slope, slopeAt, whole);
            }
            case SOFTPLUS -> {
                Activations.apply(act, x, xAt, value, valueAt, n);
                Activations.apply(Activation.SIGMOID, x, xAt, slope, slopeAt, n);
            }
            case TANH -> {
                Activations.apply(act, x, xAt, value, valueAt, n);
                tanh(value, valueAt, slope, slopeAt, whole);
            }
            case EXP -> {
                Activations.apply(act, x, xAt, value, valueAt, n);
                MemorySegment.copy(value, valueAt, slope, slopeAt, (long) whole * Float.BYTES);
            }
        }
        for (int i = whole; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float at = x.get(ValueLayout.JAVA_FLOAT, xAt + d);
            value.set(ValueLayout.JAVA_FLOAT, valueAt + d, Activations.apply(act, at));
            slope.set(ValueLayout.JAVA_FLOAT, slopeAt + d, slope(act, at));
        }
    }

    /** act' of one number. */
    static float slope(Activation act, float x) {
        return switch (act) {
            case IDENTITY -> 1;
            case SIGMOID -> {
                float s = Activations.sigmoid(x);
                yield s * (1 - s);
            }
            case SILU -> {
                float s = Activations.sigmoid(x);
                yield s + x * s * (1 - s);
            }
            case RELU -> x > 0 ? 1 : 0;
            case ELU -> x > 0 ? 1 : (float) Math.exp(x);
            case SOFTPLUS -> Activations.sigmoid(x);
            case TANH -> {
                double y = Math.tanh(x);
                yield (float) (1 - y * y);
            }
            case EXP -> (float) Math.exp(x);
        };
    }

    private static void steps(float above, MemorySegment x, long xAt, MemorySegment slope, long slopeAt, int n) {
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector in = Lanes.load(x, xAt + d);
            Lanes.store(zero.blend(1, in.compare(VectorOperators.GT, above)), slope, slopeAt + d);
        }
    }

    private static void sigmoid(MemorySegment value, long valueAt, MemorySegment slope, long slopeAt, int n) {
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector s = Lanes.load(value, valueAt + d);
            Lanes.store(s.neg().fma(s, s), slope, slopeAt + d);
        }
    }

    /** slope holds s. */
    private static void silu(
            MemorySegment x, long xAt, MemorySegment value, long valueAt, MemorySegment slope, long slopeAt, int n) {
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector s = Lanes.load(slope, slopeAt + d);
            FloatVector y = Lanes.load(x, xAt + d).mul(s);
            Lanes.store(y, value, valueAt + d);
            Lanes.store(y.neg().fma(s, s.add(y)), slope, slopeAt + d);
        }
    }

    /** exp(x) = value + 1 where x ≤ 0, and there value ≤ 0. */
    private static void elu(MemorySegment value, long valueAt, MemorySegment slope, long slopeAt, int n) {
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(value, valueAt + d).min(0).add(1), slope, slopeAt + d);
        }
    }

    /** (1 − y)(1 + y), which loses fewer digits than 1 − y² where y is near 1. */
    private static void tanh(MemorySegment value, long valueAt, MemorySegment slope, long slopeAt, int n) {
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector y = Lanes.load(value, valueAt + d);
            Lanes.store(y.neg().add(1).mul(y.add(1)), slope, slopeAt + d);
        }
    }
}
