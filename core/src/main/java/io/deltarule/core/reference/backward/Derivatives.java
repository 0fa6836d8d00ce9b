package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.reference.op.LayerEquations;

/** The functions' derivatives, each written once. */
final class Derivatives {
    private Derivatives() {}

    /** act'(x); ReLU's at 0 is 0. */
    static double activation(Activation act, double x) {
        return switch (act) {
            case IDENTITY -> 1;
            case SIGMOID -> sigmoid(x);
            case SILU -> LayerEquations.sigmoid(x) + x * sigmoid(x);
            case RELU -> x > 0 ? 1 : 0;
            case ELU -> x > 0 ? 1 : Math.exp(x);
            case SOFTPLUS -> LayerEquations.sigmoid(x);
            case TANH -> 1 / (Math.cosh(x) * Math.cosh(x));
            case EXP -> Math.exp(x);
        };
    }

    /** σ'(x) = σ(x) σ(−x), written so that neither factor loses its digits. */
    static double sigmoid(double x) {
        return LayerEquations.sigmoid(x) * LayerEquations.sigmoid(-x);
    }
}
