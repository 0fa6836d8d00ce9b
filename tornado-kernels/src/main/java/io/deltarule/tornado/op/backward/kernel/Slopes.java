package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.op.Activations;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** The derivatives of activations, as kernels call them. */
final class Slopes {
    /** Beyond this, exp(−2x) is nothing beside 1 and its square must not vanish. */
    private static final float LARGEST_TANH = 40f;

    private Slopes() {}

    /** act'(x); ReLU's at 0 is 0. */
    static float of(int activation, float x) {
        float slope = 1f;
        if (activation == Activations.SIGMOID) {
            slope = sigmoid(x);
        }
        if (activation == Activations.SILU) {
            slope = Activations.sigmoid(x) + x * sigmoid(x);
        }
        if (activation == Activations.RELU) {
            slope = x > 0f ? 1f : 0f;
        }
        if (activation == Activations.ELU) {
            slope = TornadoMath.exp(TornadoMath.min(x, 0f));
        }
        if (activation == Activations.SOFTPLUS) {
            slope = Activations.sigmoid(x);
        }
        if (activation == Activations.TANH) {
            slope = tanh(x);
        }
        if (activation == Activations.EXP) {
            slope = TornadoMath.exp(x);
        }
        return slope;
    }

    /** σ(x) σ(−x). */
    static float sigmoid(float x) {
        return Activations.sigmoid(x) * Activations.sigmoid(-x);
    }

    /** 1 / cosh² x = 4 m / (1 + m)² with m = exp(−2|x|). */
    private static float tanh(float x) {
        float m = TornadoMath.exp(-2f * TornadoMath.min(TornadoMath.abs(x), LARGEST_TANH));
        float whole = 1f + m;
        return 4f * m / (whole * whole);
    }
}
