package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.reference.op.LayerEquations;

/**
 * The slopes of min(max(x, −L), L) · min(act(z), L).
 *
 * @param byFactor min(act(z), L), or 0 where x is cut
 * @param byGate act'(z) · min(max(x, −L), L), or 0 where act(z) is cut
 */
record LimitedProduct(double byFactor, double byGate) {
    static LimitedProduct of(double x, double z, Activation act, double limit) {
        double gate = LayerEquations.activation(act, z);
        double factor = Math.clamp(x, -limit, limit);
        return new LimitedProduct(
                Math.abs(x) < limit ? Math.min(gate, limit) : 0,
                gate < limit ? Derivatives.activation(act, z) * factor : 0);
    }
}
