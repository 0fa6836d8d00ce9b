package io.deltarule.models;

import io.deltarule.core.Input;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.Slot;
import java.util.EnumMap;
import java.util.Map;

/**
 * What layers with a delta-rule state share.
 *
 * <pre>
 *   q, k, v = act(conv(W x))        q, k ← q, k / |q|, |k| per head, turned where there is a rope
 *   β = sigmoid(W_b x), or twice that
 *   y = W_o (norm(o) ⊙ act(W_g x))
 * </pre>
 *
 * Weights: {@code q_proj.weight} [H·K, hidden], {@code k_proj.weight} [n·H·K, hidden], {@code v_proj.weight} [n·HV·V,
 * hidden], {@code q_conv1d.weight} [H·K, taps] and likewise for k and v, {@code b_proj.weight} [n·HV, hidden],
 * {@code o_norm.weight} [V], {@code o_proj.weight} [hidden, HV·V].
 */
record DeltaParts(DeltaConfig config, int householders, Activation keyActivation) {
    DeltaParts(DeltaConfig config) {
        this(config, 1, Activation.SILU);
    }

    /** q, k, v and β. */
    Map<Input, Slot> inputs(Wiring to, Slot x) {
        int n = householders;
        Slot q = heads(to, project(to, x, "q", config.keyWidth(), keyActivation), "q_unit");
        Slot k = heads(to, project(to, x, "k", n * config.keyWidth(), keyActivation), "k_unit");
        if (config.rope() != null) {
            Slot angles = config.rope().angles(to, x, config.heads());
            q = config.rope().turn(to, q, angles, "q_turned", config.headK());
            k = config.rope().turn(to, k, angles, "k_turned", config.headK());
        }
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        in.put(Input.Q, q);
        in.put(Input.K, k);
        in.put(Input.V, project(to, x, "v", n * config.valueWidth(), Activation.SILU));
        Slot b = to.linear(x, "b_proj", n * config.valueHeads());
        in.put(Input.BETA, to.map(b, "beta", Activation.SIGMOID, config.negativeEigenvalues() ? 2 : 1));
        return in;
    }

    private Slot project(Wiring to, Slot x, String name, int width, Activation activation) {
        Slot y = to.linear(x, name + "_proj", width);
        if (config.taps() > 0) {
            return to.convolution(y, name + "_conv1d", config.taps(), activation);
        }
        return activation == Activation.IDENTITY ? y : to.map(y, name + "_act", activation, 1);
    }

    private Slot heads(Wiring to, Slot x, String name) {
        return to.l2Norm(x, name, config.headK());
    }

    /** g = −exp(A_log) softplus(x + dt_bias), per value head or key channel, or its lower-bounded form. */
    Slot logDecay(Wiring to, Slot x, double lowerBound) {
        Slot g = to.slot("g", x.width());
        to.add(new LayerOp.LogDecay(x, g, to.weight("A_log"), to.weight("dt_bias"), config.valueHeads(), lowerBound));
        return g;
    }

    /**
     * The norm of each head's read-out, gated, and the output projection.
     *
     * @param gate z, HV·V wide, or null for none
     */
    Slot output(Wiring to, Slot read, Slot gate, Activation activation) {
        Slot normed = to.slot("o_norm", read.width());
        to.add(new LayerOp.RmsNorm(
                read, gate, normed, to.weight("o_norm.weight"), config.headV(), config.normEps(), false, activation));
        return to.linear(normed, "o_proj", config.hidden());
    }

    /** The same with the gate projected by {@code g_proj.weight}, where there is one. */
    Slot output(Wiring to, Slot x, Slot read) {
        Slot gate = config.outputGate() ? to.linear(x, "g_proj", config.valueWidth()) : null;
        return output(to, read, gate, Activation.SILU);
    }
}
