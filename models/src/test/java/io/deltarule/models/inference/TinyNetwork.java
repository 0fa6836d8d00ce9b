package io.deltarule.models.inference;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.BlockStack;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.KdaLayer;
import io.deltarule.models.LatentAttentionLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.Mamba2Config;
import io.deltarule.models.Mamba2Layer;
import io.deltarule.models.MixerBlock;
import io.deltarule.models.MixtureBlock;
import io.deltarule.models.PositionEncoding;
import io.deltarule.models.ProgramBuilder;
import io.deltarule.models.SelectiveRope;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.jet.JetLayer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A random language model with one layer of every kind that carries something. */
final class TinyNetwork {
    static final int VOCABULARY = 61;
    static final int WINDOW = 7;
    private static final int HIDDEN = 24;

    private TinyNetwork() {}

    static Network make() {
        return make("tiny");
    }

    /** Another name makes other weights. */
    static Network make(String name) {
        return make(name, blocks(), VOCABULARY, 0);
    }

    /** The same with learned tokens before every sequence. */
    static Network withMemory(String name, int tokens) {
        return make(name, blocks(), VOCABULARY, tokens);
    }

    /** The same numbers, but what is a memory token above is one of the vocabulary. */
    static Network withMemoryInTheVocabulary(String name, int tokens) {
        return make(name, blocks(), VOCABULARY + tokens, 0);
    }

    private static List<Layer> blocks() {
        AttentionLayer attention = AttentionLayer.of(HIDDEN, 4, 2, 12);
        DeltaConfig config = DeltaConfig.of(HIDDEN, 2, 12, 20);
        SwiGluBlock mlp = new SwiGluBlock(HIDDEN, 40);
        return List.of(
                Block.of(new GatedDeltaNetLayer(config.withRope(new SelectiveRope(5, 8, 4))), mlp),
                Block.of(attention.withWindow(WINDOW), mlp),
                Block.of(new KdaLayer(config), mlp),
                Block.of(attention.withPositions(new PositionEncoding.Rotary(4, 1e4)), mlp));
    }

    /** Log-linear states, levels enough for 64 tokens, beside one state without an erase key and attention. */
    static Network logLinear(String name) {
        SwiGluBlock mlp = new SwiGluBlock(HIDDEN, 40);
        Mamba2Config mamba = Mamba2Config.of(HIDDEN, 4, 12, 2, 10);
        return make(
                name,
                List.of(
                        Block.of(new GatedDeltaNetLayer(DeltaConfig.of(HIDDEN, 2, 12, 20)).withLevels(7), mlp),
                        new MixerBlock(new Mamba2Layer(mamba), "norm", "mixer", 1e-5),
                        Block.of(AttentionLayer.of(HIDDEN, 4, 2, 12), mlp),
                        new MixerBlock(new Mamba2Layer(mamba.withLevels(7)), "norm", "mixer", 1e-5)),
                VOCABULARY,
                0);
    }

    /** Taps of tokens' own, and latent attention with positions, beside experts in groups. */
    static Network jetAndLatent(String name) {
        SwiGluBlock mlp = new SwiGluBlock(HIDDEN, 40, 0.5);
        MixtureBlock mixture = new MixtureBlock(
                HIDDEN,
                6,
                10,
                new MixtureBlock.Router(2, true, true, true, 1.5, new MatrixOp.Experts.Groups(3, 2)),
                null,
                0.5);
        LatentAttentionLayer latent = new LatentAttentionLayer(
                HIDDEN,
                3,
                10,
                0,
                8,
                4,
                6,
                LatentAttentionLayer.OutputGate.HEAD,
                new LatentAttentionLayer.Rotary(100, true),
                1e-6);
        JetLayer jet = new JetLayer(new JetLayer.Sizes(HIDDEN, 2, 12, 20, 4, 5), 1e-5);
        DeltaConfig config = DeltaConfig.of(HIDDEN, 2, 12, 20);
        return make(
                name,
                List.of(
                        Block.of(jet, mlp),
                        Block.of(latent, mixture),
                        Block.of(new KdaLayer(config, -5, false, true), mixture),
                        Block.of(jet, mlp)),
                VOCABULARY,
                0);
    }

    private static Network make(String name, List<Layer> blocks, int vocabulary, int memoryTokens) {
        BlockStack stack = new BlockStack(blocks);
        Slot ids = new Slot("ids", 1);
        Slot embedded = new Slot("embedded", HIDDEN);
        ProgramBuilder wiring = new ProgramBuilder("");
        wiring.add(new MatrixOp.Embedding(ids, embedded, "embeddings.weight", vocabulary + memoryTokens));
        Slot h = wiring.rmsNorm(stack.wire(wiring, embedded), "norm", HIDDEN, 1e-6, false);
        LayerProgram body = new LayerProgram(List.of(ids), List.of(h), wiring.ops());
        Slot logits = new Slot("logits", vocabulary);
        LayerProgram head = new LayerProgram(
                List.of(h), List.of(logits), List.of(new MatrixOp.Linear(h, logits, "lm_head.weight", null)));
        Map<String, Weight> weights =
                new HashMap<>(new LayerCase(name, body).weights().all());
        Tensor projection = Tensor.zeros(vocabulary, HIDDEN);
        Random random = new Random(name.hashCode());
        for (long i = 0; i < projection.size(); i++) {
            // far enough apart that rounding does not change which is largest
            projection.set(i, (float) (3 * random.nextGaussian() / Math.sqrt(HIDDEN)));
        }
        weights.put("lm_head.weight", Weight.of(projection));
        return new Network(
                body,
                head,
                new Weights(weights),
                64,
                memoryTokens,
                Set.of(),
                "fingerprint of " + name,
                UnaryOperator.identity());
    }

    static LanguageModel model(DeltaEngine engine) {
        return model(make(), engine);
    }

    static LanguageModel model(Network network, DeltaEngine engine) {
        return new LanguageModel(network, engine, null, null, () -> {});
    }

    /** Seeded ids. */
    static int[] ids(int count, long seed) {
        return new Random(seed).ints(count, 0, VOCABULARY).toArray();
    }
}
