package io.deltarule.models;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import java.util.Map;

/**
 * DeltaNet: the delta rule without a decay.
 *
 * <p>Weights: those that {@link DeltaParts} names; {@code g_proj.weight} [HV·V, hidden] where the output is gated. Source:
 * Yang et al. 2024, arXiv:2406.06484; names as in flash-linear-attention's delta_net.
 *
 * @param config head counts and sizes
 * @param keys what q and k go through
 * @param beta whether β is learned; else it is 1, or 2 with negative eigenvalues, and there is no {@code b_proj}
 */
public record DeltaNetLayer(DeltaConfig config, KeyFeatureMap keys, boolean beta) implements DeltaLayer {
    /** With SiLU, unit keys and a learned β. */
    public DeltaNetLayer(DeltaConfig config) {
        this(config, KeyFeatureMap.SILU_L2, true);
    }

    @Override
    public Variant variant() {
        return Variant.DELTA_RULE;
    }

    @Override
    public Gate gate() {
        return Gate.NONE;
    }

    private DeltaParts parts() {
        return new DeltaParts(config, 1, keys, beta, false);
    }

    @Override
    public Map<Input, Slot> inputs(ProgramBuilder to, Slot x) {
        return parts().inputs(to, x);
    }

    @Override
    public Slot output(ProgramBuilder to, Slot x, Slot read) {
        return parts().projectedOutput(to, x, read, Activation.SILU);
    }
}
