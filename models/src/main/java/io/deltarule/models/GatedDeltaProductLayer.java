package io.deltarule.models;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import java.util.Map;

/**
 * (Gated) DeltaProduct: n delta-rule steps per token, one decay per value head and token or none.
 *
 * <p>Weights: those that {@link DeltaParts} names, a token's n keys, values and βs one after the other; with a decay {@code
 * a_proj.weight} [HV, hidden], {@code A_log} [HV], {@code dt_bias} [HV]; {@code g_proj.weight} [HV·V, hidden] where the
 * output is gated, by SiLU. Source: Siems et al. 2025, arXiv:2502.10297; names as in flash-linear-attention's
 * gated_deltaproduct. Selective RoPE would need an angle per step and is refused for n &gt; 1.
 *
 * @param config head counts and sizes
 * @param householders n
 * @param forgetGate whether there is a decay
 * @param keys what queries and keys go through
 */
public record GatedDeltaProductLayer(DeltaConfig config, int householders, boolean forgetGate, KeyFeatureMap keys)
        implements DeltaLayer {
    /** Checks that there is no Selective RoPE with several steps. */
    public GatedDeltaProductLayer {
        if (householders > 1 && config.rope() != null) {
            throw new io.deltarule.core.InvalidInputException(
                    "rope: expected none with householders=" + householders + "; angles are per token");
        }
    }

    /** With queries and keys as published: SiLU, then length 1. */
    public GatedDeltaProductLayer(DeltaConfig config, int householders, boolean forgetGate) {
        this(config, householders, forgetGate, KeyFeatureMap.SILU_L2);
    }

    @Override
    public Variant variant() {
        return Variant.GATED_DELTA_PRODUCT;
    }

    @Override
    public Gate gate() {
        return forgetGate ? Gate.SCALAR : Gate.NONE;
    }

    private DeltaParts parts() {
        return new DeltaParts(config, householders, keys, true, false);
    }

    @Override
    public Map<Input, Slot> inputs(ProgramBuilder to, Slot x) {
        Map<Input, Slot> in = parts().inputs(to, x);
        if (forgetGate) {
            in.put(Input.G, parts().logDecay(to, to.linear(x, "a_proj", config.valueHeads()), 0));
        }
        return in;
    }

    @Override
    public Slot output(ProgramBuilder to, Slot x, Slot read) {
        return parts().projectedOutput(to, x, read, Activation.SILU);
    }
}
