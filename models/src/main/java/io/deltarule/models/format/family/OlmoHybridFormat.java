package io.deltarule.models.format.family;

import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.PositionEncoding;
import io.deltarule.models.PostNormBlock;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.LayerTypes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.OlmoNames;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Olmo Hybrid: gated delta nets in blocks that norm first, every fourth layer attention in a block that norms last. */
public final class OlmoHybridFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";

    /** Of the delta layers' output norms, whatever the others have. */
    private static final double OUTPUT_NORM_EPS = 1e-5;

    @Override
    public Set<String> modelTypes() {
        return Set.of("olmo_hybrid");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        int hidden = ConfigSizes.hidden(config, 3840);
        double eps = ConfigSizes.eps(config, "rms_norm_eps", 1e-6);
        int layers = ConfigSizes.layers(config, 32);
        int heads = ConfigSizes.heads(config, "num_attention_heads", 30);
        List<String> types = types(config, layers);
        DeltaConfig sizes = linear(config, hidden, heads);
        Layer full = full(config, hidden, heads, eps);
        SwiGluBlock mlp = new SwiGluBlock(hidden, ConfigSizes.width(config, "intermediate_size", 11008));
        Block pre = new Block(
                new GatedDeltaNetLayer(sizes),
                mlp,
                new Block.Names("input_layernorm", "linear_attn", "post_attention_layernorm", "mlp"),
                eps,
                false);
        PostNormBlock post = new PostNormBlock(
                full,
                mlp,
                new Block.Names("post_attention_layernorm", "self_attn", "post_feedforward_layernorm", "mlp"),
                eps);
        boolean tied = config.flag("tie_word_embeddings", false);
        return new CausalModel(ConfigSizes.vocab(config, 100352), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        ConfigSizes.positions(config, 65536),
                        i -> types.get(i).equals(LayerTypes.LINEAR) ? pre : post,
                        new OlmoNames(sizes.keyWidth(), sizes.valueWidth(), tied, stored));
    }

    /** As listed; else every fourth layer is full attention, the last one where that makes none. */
    private static List<String> types(ConfigObject config, int layers) {
        List<String> types = new ArrayList<>(LayerTypes.of(config, layers));
        if (!config.has("layer_types") && !types.contains(LayerTypes.FULL)) {
            types.set(layers - 1, LayerTypes.FULL);
        }
        return types;
    }

    private static DeltaConfig linear(ConfigObject config, int hidden, int attentionHeads) {
        int heads = ConfigSizes.heads(config, "linear_num_key_heads", attentionHeads);
        int valueHeads = ConfigSizes.heads(config, "linear_num_value_heads", attentionHeads);
        ConfigSizes.multipleOfHeads(config, "linear_num_value_heads", valueHeads, heads);
        int headK = ConfigSizes.width(config, "linear_key_head_dim", Math.max(1, (int) (0.75 * hidden / heads)));
        int headV = ConfigSizes.width(config, "linear_value_head_dim", 2 * headK);
        ConfigSizes.product(
                "width of the linear layers' projections", 2, (long) heads * headK + (long) valueHeads * headV);
        return new DeltaConfig(
                hidden,
                heads,
                valueHeads,
                headK,
                headV,
                config.count("linear_conv_kernel_dim", 1, ConfigSizes.MOST_TAPS, 4),
                config.flag("linear_allow_neg_eigval", true),
                true,
                OUTPUT_NORM_EPS,
                null);
    }

    private static Layer full(ConfigObject config, int hidden, int heads, double eps) {
        if (hidden % heads != 0) {
            throw config.refused("num_attention_heads", "a divisor of hidden_size " + hidden);
        }
        int kvHeads = ConfigSizes.heads(config, "num_key_value_heads", heads);
        ConfigSizes.dividesHeads(config, "num_key_value_heads", kvHeads, heads);
        return AttentionLayer.of(hidden, heads, kvHeads, hidden / heads)
                .withPositions(positions(config, hidden / heads))
                .withNorm(new AttentionLayer.HeadNorm(true, eps, false, true))
                .withBias(config.flag("attention_bias", false) ? AttentionLayer.Bias.ALL : AttentionLayer.Bias.NONE);
    }

    /** Published checkpoints have no rope_theta, and then no positions at all. */
    private static PositionEncoding positions(ConfigObject config, int head) {
        ConfigObject rope = config.object("rope_parameters");
        boolean turned = rope != null ? rope.has("rope_theta") : config.has("rope_theta");
        return turned ? RopeConfig.of(config, head, 1) : new PositionEncoding.None();
    }
}
