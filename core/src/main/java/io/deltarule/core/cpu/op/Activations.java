package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.layer.Activation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The functions of layers over n consecutive floats, finite wherever the result is: no intermediate overflows into NaN.
 *
 * <p>Each is a sweep that stores an exponential and a sweep that finishes: one expression with both is past
 * what the compiler inlines of the Vector API, and then every vector becomes an object. Callers pass
 * spans that fit the first-level cache.
 */
public final class Activations {
    /** Floats that callers should pass at most at a time. */
    public static final int SPAN = 2048;

    /** Below it in size exp(x) − 1 loses digits, and its Taylor polynomial is used instead. */
    private static final float NEAR_ZERO = 0.4f;

    private Activations() {}

    /** y_i ← act(x_i); y is not x. */
    public static void apply(Activation act, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
        int whole = n - n % Lanes.COUNT;
        long bytes = (long) whole * Float.BYTES;
        switch (act) {
            case IDENTITY -> MemorySegment.copy(x, xAt, y, yAt, bytes);
            case SIGMOID -> {
                Exponential.apply(-1, x, xAt, y, yAt, bytes);
                reciprocalOfNext(1, y, yAt, bytes);
            }
            case SILU -> {
                Exponential.apply(-1, x, xAt, y, yAt, bytes);
                divideByNext(x, xAt, y, yAt, bytes);
            }
            case RELU -> positive(x, xAt, y, yAt, bytes);
            case ELU -> {
                Exponential.apply(1, x, xAt, y, yAt, bytes);
                elu(x, xAt, y, yAt, bytes);
            }
            case SOFTPLUS -> {
                minusSize(x, xAt, y, yAt, bytes);
                Exponential.apply(1, y, yAt, y, yAt, bytes);
                softplus(x, xAt, y, yAt, bytes);
            }
            case TANH -> {
                minusSize(x, xAt, y, yAt, bytes);
                Exponential.apply(2, y, yAt, y, yAt, bytes);
                tanh(x, xAt, y, yAt, bytes);
            }
            case EXP -> Exponential.apply(1, x, xAt, y, yAt, bytes);
        }
        for (int i = whole; i < n; i++) {
            long d = (long) i * Float.BYTES;
            y.set(ValueLayout.JAVA_FLOAT, yAt + d, apply(act, x.get(ValueLayout.JAVA_FLOAT, xAt + d)));
        }
    }

    /** act of one number. */
    public static float apply(Activation act, float x) {
        return switch (act) {
            case IDENTITY -> x;
            case SIGMOID -> sigmoid(x);
            case SILU -> x * sigmoid(x);
            case RELU -> Math.max(x, 0);
            case ELU -> x > 0 ? x : (float) Math.expm1(x);
            case SOFTPLUS -> (float) (Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs((double) x))));
            case TANH -> (float) Math.tanh(x);
            case EXP -> (float) Math.exp(x);
        };
    }

    /** 1 / (1 + exp(−x)). */
    public static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** y ← factor / (1 + y); 0 where y is infinite. */
    public static void reciprocalOfNext(float factor, MemorySegment y, long yAt, long bytes) {
        FloatVector numerator = FloatVector.broadcast(Lanes.SPECIES, factor);
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(numerator.div(Lanes.load(y, yAt + d).add(1)), y, yAt + d);
        }
    }

    /** y ← x / (1 + y). */
    private static void divideByNext(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(x, xAt + d).div(Lanes.load(y, yAt + d).add(1)), y, yAt + d);
        }
    }

    private static void positive(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(x, xAt + d).max(0), y, yAt + d);
        }
    }

    /** y, the exponential, ← x where x &gt; 0, else y − 1 or its polynomial. */
    private static void elu(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector in = Lanes.load(x, xAt + d);
            FloatVector near = in.mul(1 / 40320f).add(1 / 5040f).mul(in).add(1 / 720f);
            near = near.mul(in).add(1 / 120f).mul(in).add(1 / 24f).mul(in).add(1 / 6f);
            near = near.mul(in).add(0.5f).mul(in).add(1).mul(in);
            FloatVector negative =
                    Lanes.load(y, yAt + d).sub(1).blend(near, in.compare(VectorOperators.GT, -NEAR_ZERO));
            Lanes.store(negative.blend(in, in.compare(VectorOperators.GT, 0)), y, yAt + d);
        }
    }

    /** y, exp(−2|x|), ← −m / (2 + m) with x's sign, where m = y − 1 or, near zero, its polynomial in −2|x|. */
    private static void tanh(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector in = Lanes.load(x, xAt + d);
            FloatVector twice = in.abs().mul(-2);
            FloatVector near = twice.mul(1 / 40320f).add(1 / 5040f).mul(twice).add(1 / 720f);
            near = near.mul(twice)
                    .add(1 / 120f)
                    .mul(twice)
                    .add(1 / 24f)
                    .mul(twice)
                    .add(1 / 6f);
            near = near.mul(twice).add(0.5f).mul(twice).add(1).mul(twice);
            FloatVector m = Lanes.load(y, yAt + d).sub(1).blend(near, twice.compare(VectorOperators.GT, -NEAR_ZERO));
            FloatVector size = m.neg().div(m.add(2));
            Lanes.store(size.blend(size.neg(), in.compare(VectorOperators.LT, 0)), y, yAt + d);
        }
    }

    /** y ← −|x|. */
    private static void minusSize(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(x, xAt + d).abs().neg(), y, yAt + d);
        }
    }

    /** y, exp(−|x|), ← log1p(y) + max(x, 0). */
    private static void softplus(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector positive = Lanes.load(x, xAt + d).max(0);
            Lanes.store(logOfNext(Lanes.load(y, yAt + d)).add(positive), y, yAt + d);
        }
    }

    /** log1p(y) = 2 artanh s, s = y / (2 + y) ≤ 1/3 for y ≤ 1, by artanh's series to s^15; what it leaves is below 2^−29. */
    public static FloatVector logOfNext(FloatVector y) {
        FloatVector s = y.div(y.add(2));
        FloatVector square = s.mul(s);
        FloatVector series = square.mul(1 / 15f).add(1 / 13f).mul(square).add(1 / 11f);
        series = series.mul(square).add(1 / 9f).mul(square).add(1 / 7f);
        series = series.mul(square).add(1 / 5f).mul(square).add(1 / 3f);
        return series.mul(square).add(1).mul(s).mul(2);
    }
}
