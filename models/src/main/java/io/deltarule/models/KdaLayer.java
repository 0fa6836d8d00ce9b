package io.deltarule.models;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import java.util.Map;

/**
 * Kimi Delta Attention: the delta rule with a decay per key channel; decay and output gate come from projections through
 * V channels.
 *
 * <p>Weights: those that {@link DeltaParts} names, {@code f_proj.0.weight} [V, hidden], {@code f_proj.1.weight} [HV·K, V],
 * {@code A_log} [HV], {@code dt_bias} [HV·K]; where the output is gated, by sigmoid, {@code g_proj.0.weight} [V, hidden],
 * {@code g_proj.1.weight} [HV·V, V] and {@code g_proj.1.bias} [HV·V]. Source: Kimi Linear 2025, arXiv:2510.26692; names as
 * in flash-linear-attention's kda.
 *
 * @param config head counts and sizes
 * @param lowerBound of the decay, a negative number, or 0 for the unbounded form
 * @param gateBias whether the output gate has a bias
 */
public record KdaLayer(DeltaConfig config, double lowerBound, boolean gateBias) implements DeltaLayer {
    /** Unbounded decay, an output gate with a bias. */
    public KdaLayer(DeltaConfig config) {
        this(config, 0, true);
    }

    @Override
    public Variant variant() {
        return Variant.KDA;
    }

    @Override
    public Gate gate() {
        return Gate.CHANNEL;
    }

    @Override
    public Map<Input, Slot> inputs(ProgramBuilder to, Slot x) {
        DeltaParts parts = new DeltaParts(config);
        Map<Input, Slot> in = parts.inputs(to, x);
        Slot low = to.linear(x, "f_proj.0", config.headV());
        Slot f = to.linear(low, "f_proj.1", config.valueHeads() * config.headK());
        in.put(Input.G, parts.logDecay(to, f, lowerBound));
        return in;
    }

    @Override
    public Slot output(ProgramBuilder to, Slot x, Slot read) {
        Slot gate = null;
        if (config.outputGate()) {
            Slot low = to.linear(x, "g_proj.0", config.headV());
            gate = to.linear(low, "g_proj.1", config.valueWidth(), gateBias);
        }
        return new DeltaParts(config).output(to, read, gate, Activation.SIGMOID);
    }
}
