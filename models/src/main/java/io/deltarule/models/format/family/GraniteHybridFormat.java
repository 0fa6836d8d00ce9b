package io.deltarule.models.format.family;

import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.Layer;
import io.deltarule.models.Mamba2Config;
import io.deltarule.models.Mamba2Config.OutputNorm;
import io.deltarule.models.Mamba2Layer;
import io.deltarule.models.MixtureBlock;
import io.deltarule.models.PositionEncoding;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.LayerTypes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.GraniteNames;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Granite 4.0's hybrids: Mamba-2, some layers attention without positions, one feed-forward part, experts beside it or not. */
public final class GraniteHybridFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";

    /** Largest of the factors that a config may name; a published model's are below 20. */
    private static final double MOST_FACTOR = 1e6;

    @Override
    public Set<String> modelTypes() {
        return Set.of("granitemoehybrid");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        int hidden = ConfigSizes.hidden(config, 4096);
        double eps = ConfigSizes.eps(config, "rms_norm_eps", 1e-6);
        int layers = ConfigSizes.layers(config, 32);
        List<String> types = config.has("layer_types")
                ? LayerTypes.of(config, layers)
                : Collections.nCopies(layers, LayerTypes.LINEAR);
        Mamba2Config sizes = mamba(config, hidden, eps);
        Layer mamba = new Mamba2Layer(sizes);
        Layer attention = attention(config, hidden);
        int experts = config.count("num_local_experts", 0, ConfigSizes.MOST_EXPERTS, 8);
        Layer feed = feed(config, hidden, experts, layers);
        String feedName = experts == 0 ? GraniteNames.SHARED : "mlp";
        double residual = factor(config, "residual_multiplier");
        boolean tied = config.flag("tie_word_embeddings", false);
        CausalModel.Factors factors =
                new CausalModel.Factors(factor(config, "embedding_multiplier"), 1 / factor(config, "logits_scaling"));
        return new CausalModel(ConfigSizes.vocab(config, 32000), hidden, layers, EMBEDDINGS, tied, eps, false, factors)
                .programs(
                        ConfigSizes.positions(config, 2048),
                        i -> {
                            boolean linear = types.get(i).equals(LayerTypes.LINEAR);
                            return new Block(
                                    linear ? mamba : attention,
                                    feed,
                                    new Block.Names(
                                            "input_layernorm",
                                            linear ? "mamba" : "self_attn",
                                            "post_attention_layernorm",
                                            feedName),
                                    eps,
                                    false,
                                    residual);
                        },
                        new GraniteNames(sizes, new ExpertStack(experts), tied));
    }

    private static double factor(ConfigObject config, String key) {
        double factor = config.number(key, 0, MOST_FACTOR, 1);
        if (factor == 0) {
            throw config.refused(key, "a number above 0");
        }
        return factor;
    }

    private static Mamba2Config mamba(ConfigObject config, int hidden, double eps) {
        int heads = ConfigSizes.heads(config, "mamba_n_heads", 128);
        int inner = ConfigSizes.product("mamba_expand · hidden_size", config.count("mamba_expand", 1, 1024, 2), hidden);
        boolean auto = config.isText("mamba_d_head");
        if (auto) {
            config.choice("mamba_d_head", "auto", "auto");
        }
        int head = auto || !config.has("mamba_d_head") ? inner / heads : ConfigSizes.width(config, "mamba_d_head", 0);
        if ((long) heads * head != inner) {
            throw config.refused(
                    "mamba_n_heads", "as many as make mamba_expand · hidden_size = " + inner + " with mamba_d_head");
        }
        int groups = ConfigSizes.heads(config, "mamba_n_groups", 1);
        if (heads % groups != 0) {
            throw config.refused("mamba_n_groups", "a divisor of " + heads + " heads");
        }
        int state = ConfigSizes.width(config, "mamba_d_state", 256);
        ConfigSizes.product("mamba_n_groups · mamba_d_state", groups, state);
        ConfigSizes.product("width of in_proj", 2, (long) inner + (long) groups * state + heads);
        return Mamba2Config.of(hidden, heads, head, groups, state)
                .withTaps(config.count("mamba_d_conv", 1, ConfigSizes.MOST_TAPS, 4))
                .withBiases(config.flag("mamba_proj_bias", false), config.flag("mamba_conv_bias", true))
                .withNorm(new OutputNorm(OutputNorm.Order.GATE_FIRST, 1, eps));
    }

    private static Layer attention(ConfigObject config, int hidden) {
        int heads = ConfigSizes.heads(config, "num_attention_heads", 32);
        if (hidden % heads != 0) {
            throw config.refused("num_attention_heads", "a divisor of hidden_size " + hidden);
        }
        int kvHeads = ConfigSizes.heads(config, "num_key_value_heads", heads);
        ConfigSizes.dividesHeads(config, "num_key_value_heads", kvHeads, heads);
        int head = hidden / heads;
        return AttentionLayer.of(hidden, heads, kvHeads, head)
                .withPositions(positions(config, head))
                .withScale(factor(config, "attention_multiplier"))
                .withBias(config.flag("attention_bias", false) ? AttentionLayer.Bias.ALL : AttentionLayer.Bias.NONE);
    }

    /** Keys of rotary embedding are written whether there is any or not. */
    private static PositionEncoding positions(ConfigObject config, int head) {
        if (config.choice("position_embedding_type", "nope", "nope", "rope").equals("rope")) {
            return RopeConfig.of(config, head, 1);
        }
        boolean _ = config.has("rope_parameters");
        boolean _ = config.has("rope_scaling");
        return new PositionEncoding.None();
    }

    private static Layer feed(ConfigObject config, int hidden, int experts, int layers) {
        int shared = ConfigSizes.width(config, "shared_intermediate_size", 1024);
        if (experts == 0) {
            boolean _ = config.has("num_experts_per_tok");
            return new SwiGluBlock(hidden, shared);
        }
        ConfigSizes.expertsInAll(config, "num_local_experts", experts, layers);
        int chosen = config.count("num_experts_per_tok", 1, experts, Math.min(experts, 2));
        return new MixtureBlock(
                hidden,
                experts,
                ConfigSizes.width(config, "intermediate_size", 11008),
                new MixtureBlock.Router(
                        chosen, false, false, true, 1), // a softmax over the chosen is one over all, made to sum to 1
                new MixtureBlock.Shared(GraniteNames.SHARED, shared, false));
    }
}
