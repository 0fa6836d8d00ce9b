package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.models.Mamba2Config.OutputNorm;
import io.deltarule.models.Mamba2Config.StepBounds;
import io.deltarule.models.jet.JetLayer;
import java.util.ArrayList;
import java.util.List;

/** One small case per layer and per choice that changes its operations: K ≠ V, grouped heads, widths off every vector. */
public final class ModelCases {
    private static final DeltaConfig CONFIG = DeltaConfig.of(24, 2, 12, 20);
    private static final DeltaConfig GROUPED = CONFIG.withValueHeads(4);
    private static final Mamba2Config MAMBA = Mamba2Config.of(24, 4, 12, 2, 10);
    private static final AttentionLayer ATTENTION = AttentionLayer.of(24, 4, 2, 12);
    private static final SwiGluBlock MLP = new SwiGluBlock(24, 50);

    private ModelCases() {}

    /** Layers that read linearly. */
    public static List<LayerCase> linear() {
        SelectiveRope rope = new SelectiveRope(5, 8, 4);
        return List.of(
                layer("DeltaNet", new DeltaNetLayer(CONFIG)),
                layer(
                        "DeltaNet, no convolution, no gate",
                        new DeltaNetLayer(CONFIG.withTaps(0).withoutOutputGate())),
                layer(
                        "DeltaNet, β < 2, ReLU",
                        new DeltaNetLayer(
                                CONFIG.withNegativeEigenvalues(),
                                new KeyFeatureMap(Activation.RELU, false, false),
                                true)),
                layer(
                        "DeltaNet, β = 1, elu + 1, sum norm",
                        new DeltaNetLayer(CONFIG, new KeyFeatureMap(Activation.ELU, true, true), false)),
                layer("Gated DeltaNet, fused", new GatedDeltaNetLayer(GROUPED, Activation.SIGMOID, true)),
                layer("Gated DeltaNet", new GatedDeltaNetLayer(GROUPED)),
                layer("Gated DeltaNet, Selective RoPE", new GatedDeltaNetLayer(GROUPED.withRope(rope))),
                layer("KDA", new KdaLayer(GROUPED)),
                layer("KDA, bounded", new KdaLayer(CONFIG.withTaps(2), -5, false)),
                layer("KDA, full rank", new KdaLayer(CONFIG, -5, true, true)),
                layer("JetBlock", new JetLayer(new JetLayer.Sizes(24, 2, 12, 20, 4, 5), 1e-5)),
                layer("Gated DeltaNet, levels", new GatedDeltaNetLayer(CONFIG).withLevels(10)),
                layer("Mamba-2", new Mamba2Layer(MAMBA)),
                layer(
                        "Mamba-2, groups normed first, D per channel",
                        new Mamba2Layer(MAMBA.withNorm(new OutputNorm(OutputNorm.Order.NORM_FIRST, 2, 1e-5))
                                .withSkipPerChannel(true)
                                .withBiases(true, false))),
                layer(
                        "Mamba-2, gate without norm, levels, bounded steps",
                        new Mamba2Layer(MAMBA.withNorm(new OutputNorm(OutputNorm.Order.NONE, 1, 0))
                                .withStep(new StepBounds(0.01, 0.1))
                                .withTaps(2)
                                .withLevels(10))),
                layer("DeltaProduct", new GatedDeltaProductLayer(CONFIG.withNegativeEigenvalues(), 3, false)),
                layer("Gated DeltaProduct", new GatedDeltaProductLayer(GROUPED, 2, true)));
    }

    /** DeltaLens over every write. */
    public static List<LayerCase> lens() {
        return List.of(
                layer("DeltaLens over DeltaNet", new DeltaLensLayer(new DeltaNetLayer(CONFIG), false, false)),
                layer(
                        "DeltaLens over Gated DeltaNet",
                        new DeltaLensLayer(new GatedDeltaNetLayer(GROUPED), true, false)),
                layer("DeltaLens over KDA, additive", new DeltaLensLayer(new KdaLayer(GROUPED), true, true)),
                layer(
                        "DeltaLens over DeltaProduct, additive per head",
                        new DeltaLensLayer(new GatedDeltaProductLayer(GROUPED, 2, true), false, true)));
    }

    /** Softmax attention and the feed-forward part. */
    public static List<LayerCase> attention() {
        SelectiveRope rope = new SelectiveRope(4, 6, 0);
        return List.of(
                layer("attention", ATTENTION),
                layer("attention, scale", ATTENTION.withScale(0.7)),
                layer("attention, window 5", ATTENTION.withWindow(5)),
                layer(
                        "attention, no positions, bias",
                        ATTENTION.withPositions(new PositionEncoding.None()).withBias(AttentionLayer.Bias.ALL)),
                layer("attention, partial rotary", ATTENTION.withPositions(new PositionEncoding.Rotary(4, 1e7))),
                layer(
                        "attention, Selective RoPE",
                        AttentionLayer.of(24, 2, 2, 12).withPositions(new PositionEncoding.Selective(rope))),
                layer("attention, separate gate", ATTENTION.withGate(AttentionLayer.OutputGate.SEPARATE)),
                layer(
                        "attention, fused gate, normed heads",
                        ATTENTION
                                .withGate(AttentionLayer.OutputGate.FUSED)
                                .withNorm(AttentionLayer.HeadNorm.perHead(1e-6, true))),
                layer(
                        "attention, heads normed together",
                        ATTENTION
                                .withBias(AttentionLayer.Bias.INPUTS)
                                .withNorm(new AttentionLayer.HeadNorm(true, 1e-6, false, true))),
                layer("latent attention", new LatentAttentionLayer(24, 3, 10, 0, 8, 4, 6, false)),
                layer(
                        "latent attention, queries too, gated, nothing shared",
                        new LatentAttentionLayer(24, 3, 10, 7, 8, 0, 12, true)),
                layer("latent attention, neighbours turned, gate per head", latent(true)),
                layer("latent attention, halves turned, gate per head", latent(false)),
                layer("SwiGLU", MLP),
                layer("SwiGLU with a limit", new SwiGluBlock(24, 50, 0.5)),
                layer(
                        "mixture in groups, limits",
                        new MixtureBlock(
                                24,
                                8,
                                7,
                                new MixtureBlock.Router(3, true, true, true, 2.5, new MatrixOp.Experts.Groups(4, 2)),
                                new MixtureBlock.Shared("shared_experts", 14, false, 0.6),
                                0.5)),
                layer(
                        "mixture, gated shared expert",
                        new MixtureBlock(
                                24,
                                5,
                                14,
                                new MixtureBlock.Router(2, false, false, true, 1),
                                new MixtureBlock.Shared("shared_expert", 9, true))),
                layer(
                        "mixture, corrected sigmoid router",
                        new MixtureBlock(
                                24,
                                6,
                                7,
                                new MixtureBlock.Router(3, true, true, true, 2.446),
                                new MixtureBlock.Shared("shared_experts", 14, false))),
                layer(
                        "mixture alone",
                        new MixtureBlock(24, 4, 7, new MixtureBlock.Router(1, false, false, false, 1), null)));
    }

    private static Layer latent(boolean interleaved) {
        return new LatentAttentionLayer(
                24,
                3,
                10,
                7,
                8,
                4,
                6,
                LatentAttentionLayer.OutputGate.HEAD,
                new LatentAttentionLayer.Rotary(100, interleaved),
                1e-5);
    }

    /** Residual blocks, and hybrids of them. */
    public static List<LayerCase> blocks() {
        Block recurrent = Block.of(new GatedDeltaNetLayer(CONFIG), MLP);
        Block window = Block.of(ATTENTION.withWindow(4), MLP);
        Block global = Block.of(ATTENTION, MLP);
        return List.of(
                layer("block", recurrent),
                layer("block, residual factor", new Block(ATTENTION, MLP, Block.Names.FLA, 1e-6, false, 0.3)),
                layer("block of one part", new MixerBlock(new Mamba2Layer(MAMBA), "norm", "mixer", 1e-5)),
                layer("post-norm block", new PostNormBlock(ATTENTION, MLP, Block.Names.FLA, 1e-6)),
                layer("windows every other layer", BlockStack.alternating(4, recurrent, window)),
                layer("two global layers", BlockStack.withGlobal(5, recurrent, global, 1, 4)));
    }

    /** Every case. */
    public static List<LayerCase> all() {
        List<LayerCase> all = new ArrayList<>(linear());
        all.addAll(lens());
        all.addAll(attention());
        all.addAll(blocks());
        return all;
    }

    private static LayerCase layer(String name, Layer layer) {
        return new LayerCase(name, layer.program("model."));
    }
}
