package io.deltarule.models;

import io.deltarule.core.Input;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.Slot;
import java.util.EnumMap;
import java.util.Map;

/**
 * What all layers with a delta-rule state do: they project inputs, and norm, gate and project the read-out.
 *
 * <pre>
 *   q, k, v = act(conv(W x))        q, k ← q, k / |q|, |k| per head, turned where there is a rope
 *   β = sigmoid(W_b x), or twice that
 *   y = W_o (norm(o) ⊙ act(W_g x))
 * </pre>
 *
 * Weights: {@code q_proj.weight} [H·K, hidden], {@code k_proj.weight} [n·H·K, hidden], {@code v_proj.weight} [n·HV·V,
 * hidden], {@code q_conv1d.weight} [H·K, taps] and likewise for k and v, {@code b_proj.weight} [n·HV, hidden],
 * {@code o_norm.weight} [V], {@code o_proj.weight} [hidden, HV·V]. Fused as in Qwen3-Next, instead of the projections of
 * q, k, v, b, a and g: {@code in_proj_qkvz.weight} [2·H·K + 2·HV·V, hidden], per key head its q, k, v and g, and {@code
 * in_proj_ba.weight} [2·HV, hidden], per key head its b and a.
 *
 * @param config head counts and sizes
 * @param householders n
 * @param keys what q and k go through
 * @param beta whether β is learned rather than constant
 * @param fused whether projections are fused
 */
record DeltaParts(DeltaConfig config, int householders, KeyFeatureMap keys, boolean beta, boolean fused) {
    private static final String FUSED_QKVZ = "in_proj_qkvz";
    private static final String FUSED_BA = "in_proj_ba";

    DeltaParts(DeltaConfig config) {
        this(config, 1);
    }

    DeltaParts(DeltaConfig config, int householders) {
        this(config, householders, KeyFeatureMap.SILU_L2, true, false);
    }

    /** q, k, v and β. */
    Map<Input, Slot> inputs(ProgramBuilder to, Slot x) {
        int n = householders;
        if (fused) {
            to.linear(x, FUSED_QKVZ, fusedWidth());
            to.linear(x, FUSED_BA, 2 * config.valueHeads());
        }
        Slot q = heads(to, project(to, x, "q", config.keyWidth(), keys.activation()), "q");
        Slot k = heads(to, project(to, x, "k", n * config.keyWidth(), keys.activation()), "k");
        if (config.rope() != null) {
            Slot angles = config.rope().angles(to, x, config.heads());
            q = config.rope().turn(to, q, angles, "q_turned", config.headK());
            k = config.rope().turn(to, k, angles, "k_turned", config.headK());
        }
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        in.put(Input.Q, q);
        in.put(Input.K, k);
        in.put(Input.V, project(to, x, "v", n * config.valueWidth(), Activation.SILU));
        double largest = config.negativeEigenvalues() ? 2 : 1;
        in.put(
                Input.BETA,
                beta
                        ? to.map(raw(to, x, "b", n * config.valueHeads()), "beta", Activation.SIGMOID, largest)
                        : to.constant("beta", n * config.valueHeads(), largest));
        return in;
    }

    /** A projection of its own, or its part of a fused one. */
    Slot raw(ProgramBuilder to, Slot x, String name, int width) {
        if (!fused) {
            return to.linear(x, name + "_proj", width);
        }
        int group = config.valueHeads() / config.heads();
        int K = config.headK();
        int values = group * config.headV();
        Slot qkvz = to.slot(FUSED_QKVZ, fusedWidth());
        Slot ba = to.slot(FUSED_BA, 2 * config.valueHeads());
        return switch (name) {
            case "q" -> to.slice(qkvz, "q_proj", config.heads(), 0, K);
            case "k" -> to.slice(qkvz, "k_proj", config.heads(), K, K);
            case "v" -> to.slice(qkvz, "v_proj", config.heads(), 2 * K, values);
            case "g" -> to.slice(qkvz, "g_proj", config.heads(), 2 * K + values, values);
            case "b" -> to.slice(ba, "b_proj", config.heads(), 0, group);
            default -> to.slice(ba, "a_proj", config.heads(), group, group);
        };
    }

    private int fusedWidth() {
        return 2 * config.keyWidth() + 2 * config.valueWidth();
    }

    private Slot project(ProgramBuilder to, Slot x, String name, int width, Activation activation) {
        Slot y = raw(to, x, name, width);
        if (config.taps() > 0) {
            return to.convolution(y, name + "_conv1d", config.taps(), activation);
        }
        return activation == Activation.IDENTITY ? y : to.map(y, name + "_act", activation, 1);
    }

    private Slot heads(ProgramBuilder to, Slot x, String name) {
        Slot y = keys.plusOne() ? to.add(x, to.constant(name + "_one", x.width(), 1), name + "_positive") : x;
        return keys.sumNorm()
                ? to.sumNorm(y, name + "_unit", config.headK())
                : to.l2Norm(y, name + "_unit", config.headK());
    }

    /** g = −exp(A_log) softplus(x + dt_bias), per value head or key channel, or its lower-bounded form. */
    Slot logDecay(ProgramBuilder to, Slot x, double lowerBound) {
        Slot g = to.slot("g", x.width());
        to.add(new ElementwiseOp.LogDecay(
                x, g, to.weight("A_log"), to.weight("dt_bias"), config.valueHeads(), lowerBound));
        return g;
    }

    /**
     * The norm of each head's read-out, gated, and the output projection.
     *
     * @param gate z, HV·V wide, or null for none
     */
    Slot output(ProgramBuilder to, Slot read, Slot gate, Activation activation) {
        Slot normed = to.slot("o_norm", read.width());
        to.add(new NormOp.RmsNorm(
                read, gate, normed, to.weight("o_norm.weight"), config.headV(), config.normEps(), false, activation));
        return to.linear(normed, "o_proj", config.hidden());
    }

    /** The same with the gate projected by {@code g_proj.weight}, where there is one. */
    Slot projectedOutput(ProgramBuilder to, Slot x, Slot read, Activation activation) {
        Slot gate = config.outputGate() ? raw(to, x, "g", config.valueWidth()) : null;
        return output(to, read, gate, activation);
    }
}
