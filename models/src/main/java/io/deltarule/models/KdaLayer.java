package io.deltarule.models;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import java.util.Map;

/**
 * Kimi Delta Attention: the delta rule with a decay per key channel; decay and output gate come from projections through
 * V channels, or from one projection each.
 *
 * <p>Weights: those that {@link DeltaParts} names, {@code f_proj.0.weight} [V, hidden], {@code f_proj.1.weight} [HV·K, V],
 * {@code A_log} [HV], {@code dt_bias} [HV·K]; where the output is gated, by sigmoid, {@code g_proj.0.weight} [V, hidden],
 * {@code g_proj.1.weight} [HV·V, V] and {@code g_proj.1.bias} [HV·V]. With one projection each, as in Ling 3.0, {@code
 * f_proj.weight} [HV·K, hidden], {@code g_proj.weight} [HV·V, hidden] and {@code g_proj.bias}. Source: Kimi Linear 2025,
 * arXiv:2510.26692; names as in flash-linear-attention's kda.
 *
 * @param config head counts and sizes
 * @param lowerBound of the decay, a negative number, or 0 for the unbounded form
 * @param gateBias whether the output gate has a bias
 * @param fullRank whether decay and output gate have one projection each
 */
public record KdaLayer(DeltaConfig config, double lowerBound, boolean gateBias, boolean fullRank)
        implements DeltaLayer {
    /** With projections through V channels. */
    public KdaLayer(DeltaConfig config, double lowerBound, boolean gateBias) {
        this(config, lowerBound, gateBias, false);
    }

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
        Slot f = projected(to, x, "f_proj", config.valueHeads() * config.headK(), false);
        in.put(Input.G, parts.logDecay(to, f, lowerBound));
        return in;
    }

    @Override
    public Slot output(ProgramBuilder to, Slot x, Slot read) {
        Slot gate = config.outputGate() ? projected(to, x, "g_proj", config.valueWidth(), gateBias) : null;
        return new DeltaParts(config).output(to, read, gate, Activation.SIGMOID);
    }

    private Slot projected(ProgramBuilder to, Slot x, String name, int width, boolean bias) {
        if (fullRank) {
            return to.linear(x, name, width, bias);
        }
        return to.linear(to.linear(x, name + ".0", config.headV()), name + ".1", width, bias);
    }
}
