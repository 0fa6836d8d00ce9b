package io.deltarule.core.cpu;

import io.deltarule.core.layer.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The functions of layers per lane, finite wherever the result is: no intermediate overflows into NaN. */
final class Activations {
    /** Below it in size exp(x) − 1 loses digits, and its Taylor polynomial is used instead. */
    private static final float NEAR_ZERO = 0.4f;

    private Activations() {}

    /** act(x). */
    static FloatVector apply(Activation act, FloatVector x) {
        return switch (act) {
            case IDENTITY -> x;
            case SIGMOID -> sigmoid(x);
            case SILU -> x.div(exponential(x.neg()).add(1));
            case RELU -> x.max(0);
            case ELU -> elu(x);
        };
    }

    /** act of one number. */
    static float apply(Activation act, float x) {
        return switch (act) {
            case IDENTITY -> x;
            case SIGMOID -> sigmoid(x);
            case SILU -> x * sigmoid(x);
            case RELU -> Math.max(x, 0);
            case ELU -> x > 0 ? x : (float) Math.expm1(x);
        };
    }

    /** 1 / (1 + exp(−x)). */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector denominator = exponential(x.neg()).add(1);
        return FloatVector.broadcast(Lanes.SPECIES, 1).div(denominator);
    }

    static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** exp(x), ∞ where it is too large: dividing by it then gives 0. */
    private static FloatVector exponential(FloatVector x) {
        return Lanes.exp(x);
    }

    private static FloatVector elu(FloatVector x) {
        FloatVector near = x.mul(1 / 40320f).add(1 / 5040f);
        near = near.fma(x, broadcast(1 / 720f));
        near = near.fma(x, broadcast(1 / 120f));
        near = near.fma(x, broadcast(1 / 24f));
        near = near.fma(x, broadcast(1 / 6f));
        near = near.fma(x, broadcast(0.5f));
        near = near.fma(x, broadcast(1)).mul(x);
        FloatVector negative = Lanes.exp(x).sub(1).blend(near, x.compare(VectorOperators.GT, -NEAR_ZERO));
        return negative.blend(x, x.compare(VectorOperators.GT, 0));
    }

    /**
     * log(1 + exp(x)) = max(x, 0) + log1p(y), y = exp(−|x|); log1p(y) = 2 artanh s, s = y / (2 + y) ≤ 1/3, by the series
     * of artanh to s^15, whose remainder is below 2^−29 of it.
     */
    static FloatVector softplus(FloatVector x) {
        FloatVector y = Lanes.exp(x.abs().neg());
        FloatVector s = y.div(y.add(2));
        FloatVector square = s.mul(s);
        FloatVector series = square.mul(1 / 15f).add(1 / 13f);
        series = series.fma(square, broadcast(1 / 11f));
        series = series.fma(square, broadcast(1 / 9f));
        series = series.fma(square, broadcast(1 / 7f));
        series = series.fma(square, broadcast(1 / 5f));
        series = series.fma(square, broadcast(1 / 3f));
        series = series.fma(square, broadcast(1));
        return series.mul(s).mul(2).add(x.max(0));
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.SPECIES, value);
    }
}
