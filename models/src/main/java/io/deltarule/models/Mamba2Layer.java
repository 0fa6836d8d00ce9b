package io.deltarule.models;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.Mamba2Config.OutputNorm;
import java.util.EnumMap;
import java.util.Map;

/**
 * Mamba-2: a state without an erase key, decayed and written by a step of time that the input chooses.
 *
 * <pre>
 *   x, B, C = SiLU(conv(W h))        Δ = softplus(W_dt h + dt_bias) within its bounds
 *   S ← exp(−exp(A_log) Δ) S + B (Δ x)ᵀ        o = Sᵀ C + D ⊙ x
 *   y = W_out norm(o ⊙ SiLU(W_z h))
 * </pre>
 *
 * <p>Weights: {@code z_proj.weight} and {@code x_proj.weight} [inner, hidden], {@code B_proj.weight} and {@code C_proj.weight}
 * [groups·state, hidden], {@code dt_proj.weight} [heads, hidden], the convolutions' {@code x_conv1d.weight}, {@code
 * B_conv1d.weight} and {@code C_conv1d.weight} [width, taps], their biases and those of the projections where there are any, {@code
 * A_log} and {@code dt_bias} [heads], {@code D} [heads] or [inner], {@code norm.weight} [inner], {@code out_proj.weight}
 * [hidden, inner]. With log-linear levels also {@code dl_proj.weight} [heads·levels, hidden] and {@code L} [heads·levels].
 * Published files have all projections of the input in one, and so the convolutions. Source: Dao and Gu 2024, arXiv:2405.21060;
 * levels: Guo et al. 2025, arXiv:2506.04761.
 *
 * @param config sizes and choices
 */
public record Mamba2Layer(Mamba2Config config) implements Layer {
    @Override
    public int hidden() {
        return config.hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot h) {
        Slot z = projected(to, h, "z_proj", config.inner());
        Slot x = convolved(to, h, "x", config.inner());
        Slot dt = projected(to, h, "dt_proj", config.heads());
        Slot step = to.slot("dt", config.heads());
        Slot decay = to.slot("g", config.heads());
        to.add(new ElementwiseOp.TimeStep(
                dt,
                step,
                decay,
                to.weight("A_log"),
                to.weight("dt_bias"),
                config.step().least(),
                config.step().most()));
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        in.put(Input.Q, convolved(to, h, "C", config.keyWidth()));
        in.put(Input.K, convolved(to, h, "B", config.keyWidth()));
        in.put(Input.V, x);
        in.put(Input.BETA, step);
        in.put(Input.G, decay);
        if (config.levels() > 0) {
            in.put(Input.LAMBDA, to.levelScales(projected(to, h, "dl_proj", config.heads() * config.levels())));
        }
        DeltaShape shape = new DeltaShape(
                        1, 1, config.groups(), config.heads(), config.state(), config.head(), 1, 1, Gate.SCALAR)
                .withLevels(config.levels());
        Slot o = to.slot("o", config.inner());
        to.add(new SequenceOp.Delta(Variant.SSD, shape, in, o, null, 1));
        Slot read = to.scale(x, o, "read", "D", config.skipPerChannel() ? config.inner() : config.heads());
        return to.linear(normed(to, read, z), "out_proj", config.hidden(), config.projectionBias());
    }

    private Slot projected(ProgramBuilder to, Slot h, String name, int width) {
        return to.linear(h, name, width, config.projectionBias());
    }

    private Slot convolved(ProgramBuilder to, Slot h, String name, int width) {
        Slot raw = projected(to, h, name + "_proj", width);
        Slot y = to.slot(name, width);
        to.add(new SequenceOp.ShortConvolution(
                raw,
                y,
                to.weight(name + "_conv1d.weight"),
                config.convolutionBias() ? to.weight(name + "_conv1d.bias") : null,
                config.taps(),
                Activation.SILU));
        return y;
    }

    private Slot normed(ProgramBuilder to, Slot read, Slot z) {
        return switch (config.norm().order()) {
            case GATE_FIRST -> norm(to, to.multiply(read, z, "gated", Activation.SILU));
            case NORM_FIRST -> to.multiply(norm(to, read), z, "gated", Activation.SILU);
            case NONE -> to.multiply(read, z, "gated", Activation.SILU);
        };
    }

    /** With D channels per group, x / √(mean x² + eps) = √D x / √(Σ x² + D eps); factors are per channel of all groups. */
    private Slot norm(ProgramBuilder to, Slot x) {
        OutputNorm norm = config.norm();
        if (norm.groups() == 1) {
            return to.rmsNorm(x, "norm", x.width(), norm.eps(), false);
        }
        int group = x.width() / norm.groups();
        Slot unit = to.slot("unit", x.width());
        to.add(new NormOp.L2Norm(x, unit, group, group * norm.eps()));
        Slot even = to.map(unit, "even", Activation.IDENTITY, Math.sqrt(group));
        return to.scale(even, null, "normed", "norm.weight", x.width());
    }
}
