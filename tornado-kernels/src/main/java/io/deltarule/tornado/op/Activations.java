package io.deltarule.tornado.op;

import io.deltarule.core.layer.Activation;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Functions of single numbers, as kernels call them; relaxed maths may reorder, so no form relies on cancellation. */
public final class Activations {
    public static final int IDENTITY = 0;
    public static final int SIGMOID = 1;
    public static final int SILU = 2;
    public static final int RELU = 3;
    public static final int ELU = 4;
    public static final int SOFTPLUS = 5;
    public static final int TANH = 6;
    public static final int EXP = 7;

    /** Beyond this, exp(−x) is not needed to float32's precision and must not overflow. */
    private static final float LARGEST_EXPONENT = 80f;

    private Activations() {}

    /** The number that kernels know an activation by; a compile-time constant there. */
    public static int code(Activation activation) {
        return switch (activation) {
            case IDENTITY -> IDENTITY;
            case SIGMOID -> SIGMOID;
            case SILU -> SILU;
            case RELU -> RELU;
            case ELU -> ELU;
            case SOFTPLUS -> SOFTPLUS;
            case TANH -> TANH;
            case EXP -> EXP;
        };
    }

    /** act(x). */
    public static float apply(int activation, float x) {
        float y = x;
        if (activation == SIGMOID) {
            y = sigmoid(x);
        }
        if (activation == SILU) {
            y = x * sigmoid(x);
        }
        if (activation == RELU) {
            y = TornadoMath.max(x, 0f);
        }
        if (activation == ELU) {
            y = TornadoMath.max(x, 0f) + expm1(TornadoMath.min(x, 0f));
        }
        if (activation == SOFTPLUS) {
            y = softplus(x);
        }
        if (activation == TANH) {
            y = tanh(x);
        }
        if (activation == EXP) {
            y = TornadoMath.exp(x);
        }
        return y;
    }

    /** 1 / (1 + exp(−x)). */
    public static float sigmoid(float x) {
        return 1f / (1f + TornadoMath.exp(TornadoMath.min(-x, LARGEST_EXPONENT)));
    }

    /** exp(x) − 1 for x ≤ 0: its series where the difference would cancel. */
    private static float expm1(float x) {
        float series =
                x * (1f + x / 2f * (1f + x / 3f * (1f + x / 4f * (1f + x / 5f * (1f + x / 6f * (1f + x / 7f))))));
        return x > -0.35f ? series : TornadoMath.exp(x) - 1f;
    }

    /** −m / (2 + m) with x's sign, m = exp(−2|x|) − 1. */
    private static float tanh(float x) {
        float m = expm1(-2f * TornadoMath.abs(x));
        float size = -m / (2f + m);
        return x < 0f ? -size : size;
    }

    /** log(1 + exp(x)) = max(x, 0) + log(1 + y) with y = exp(−|x|), and log(1 + y) = 2 artanh(y / (2 + y)). */
    public static float softplus(float x) {
        float y = TornadoMath.exp(-TornadoMath.abs(x));
        float z = y / (2f + y);
        float s = z * z;
        float even = 1f + s * (1f / 3f + s * (1f / 5f + s * (1f / 7f + s * (1f / 9f + s * (1f / 11f + s / 13f)))));
        return TornadoMath.max(x, 0f) + 2f * z * even;
    }
}
