package io.deltarule.models;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import java.util.Map;

/**
 * Gated DeltaNet: the delta rule with one decay per value head, g = −exp(A_log) · softplus(W_a x + dt_bias).
 *
 * <p>Weights: those that {@link DeltaParts} names, {@code a_proj.weight} [HV, hidden], {@code A_log} [HV], {@code dt_bias}
 * [HV]; {@code g_proj.weight} [HV·V, hidden] where the output is gated, by SiLU. With log-linear levels, whose scales are λ =
 * softplus(L ⊙ W_l x), also {@code l_proj.weight} [HV·levels, hidden] and {@code L} [HV·levels]; the read-out is then not scaled
 * otherwise (Guo et al. 2025, arXiv:2506.04761). Source: Yang, Kautz, Hatamizadeh 2024,
 * arXiv:2412.06464; names as in flash-linear-attention's gated_deltanet.
 *
 * @param config head counts and sizes
 * @param gateActivation what the output gate goes through, SiLU as a rule
 * @param fused whether projections are fused as in Qwen3-Next, with the weights {@code in_proj_qkvz.weight} and {@code
 *     in_proj_ba.weight}
 * @param tiled whether weights have their value heads in tiled order, as GGUF files of Qwen3.5 do: head h belongs to key head
 *     h mod H, rather than to ⌊h H / HV⌋
 * @param levels of log-linear states, enough for 2^(levels − 1) tokens, or 0 for one state
 */
public record GatedDeltaNetLayer(
        DeltaConfig config, Activation gateActivation, boolean fused, boolean tiled, int levels) implements DeltaLayer {
    /**
     * Checks that what is asked for fits together.
     *
     * @throws InvalidInputException if there are levels beside tiled heads
     */
    public GatedDeltaNetLayer {
        if (tiled && levels > 0) {
            throw new InvalidInputException(
                    "levels: expected value heads in the usual order beside them but found tiled ones");
        }
    }

    /** With one state. */
    public GatedDeltaNetLayer(DeltaConfig config, Activation gateActivation, boolean fused, boolean tiled) {
        this(config, gateActivation, fused, tiled, 0);
    }

    /** With value heads in the usual order. */
    public GatedDeltaNetLayer(DeltaConfig config, Activation gateActivation, boolean fused) {
        this(config, gateActivation, fused, false);
    }

    /** With a SiLU gate and projections of their own. */
    public GatedDeltaNetLayer(DeltaConfig config) {
        this(config, Activation.SILU, false, false);
    }

    /** The same with log-linear states. */
    public GatedDeltaNetLayer withLevels(int count) {
        return new GatedDeltaNetLayer(config, gateActivation, fused, tiled, count);
    }

    @Override
    public Variant variant() {
        return Variant.GATED_DELTA_RULE;
    }

    @Override
    public Gate gate() {
        return Gate.SCALAR;
    }

    @Override
    public DeltaShape shape(boolean crossRead) {
        return DeltaLayer.super.shape(crossRead).withLevels(levels);
    }

    /** Levels have their own scales; the read-out of the authors' models has no other. */
    @Override
    public double scale() {
        return levels > 0 ? 1 : DeltaLayer.super.scale();
    }

    private DeltaParts parts() {
        return new DeltaParts(config, 1, KeyFeatureMap.SILU_L2, true, fused);
    }

    @Override
    public Map<Input, Slot> inputs(ProgramBuilder to, Slot x) {
        Map<Input, Slot> in = parts().inputs(to, x);
        in.put(Input.G, parts().logDecay(to, parts().raw(to, x, "a", config.valueHeads()), 0));
        if (levels > 0) {
            in.put(Input.LAMBDA, to.levelScales(to.linear(x, "l_proj", config.valueHeads() * levels)));
        }
        if (tiled) {
            ValueHeadOrder order = new ValueHeadOrder(config.heads(), config.valueHeads());
            in.replace(Input.V, order.grouped(to, in.get(Input.V), "v_grouped"));
            in.replace(Input.BETA, order.grouped(to, in.get(Input.BETA), "beta_grouped"));
            in.replace(Input.G, order.grouped(to, in.get(Input.G), "g_grouped"));
        }
        return in;
    }

    @Override
    public Slot output(ProgramBuilder to, Slot x, Slot read) {
        Slot o = tiled ? new ValueHeadOrder(config.heads(), config.valueHeads()).tiled(to, read, "o_tiled") : read;
        return parts().projectedOutput(to, x, o, gateActivation);
    }
}
