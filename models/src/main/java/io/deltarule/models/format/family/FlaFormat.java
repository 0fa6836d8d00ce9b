package io.deltarule.models.format.family;

import io.deltarule.core.layer.Activation;
import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.DeltaNetLayer;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.GatedDeltaProductLayer;
import io.deltarule.models.KdaLayer;
import io.deltarule.models.KeyFeatureMap;
import io.deltarule.models.Layer;
import io.deltarule.models.PositionEncoding;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.FlaNames;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * flash-linear-attention's {@code delta_net}, {@code gated_deltanet}, {@code kda} and {@code gated_deltaproduct}, each with
 * softmax attention in the layers that {@code attn} lists; and {@code h_gated_deltanet}, Gated DeltaNet with log-linear states as its
 * authors built it on that library.
 */
public final class FlaFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embeddings.weight";

    private static final String LOG_LINEAR = "h_gated_deltanet";

    @Override
    public Set<String> modelTypes() {
        return Set.of("delta_net", "gated_deltanet", "kda", "gated_deltaproduct", LOG_LINEAR);
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        String type = config.text("model_type", null);
        ConfigSizes.siluOnly(config);
        if (config.has("attnres_block_size")) {
            throw config.refused("attnres_block_size", "null, since residuals over blocks are not supported,");
        }
        int hidden = ConfigSizes.hidden(config, 2048);
        double eps = ConfigSizes.eps(config, "norm_eps", 1e-6);
        Layer mixer = mixer(type, config, hidden, eps);
        SwiGluBlock mlp = feedForward(config, hidden);
        Map<Integer, Layer> attention = attention(config, hidden);
        boolean tied = config.flag("tie_word_embeddings", false);
        int layers = ConfigSizes.layers(config, type.equals("delta_net") || type.equals("kda") ? 24 : 21);
        return new CausalModel(ConfigSizes.vocab(config, 32000), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        ConfigSizes.positions(config, 2048),
                        i -> new Block(attention.getOrDefault(i, mixer), mlp, Block.Names.FLA, eps, false),
                        new FlaNames(type, tied, stored));
    }

    static SwiGluBlock feedForward(ConfigObject config, int hidden) {
        if (config.has("intermediate_size")) {
            return new SwiGluBlock(hidden, ConfigSizes.width(config, "intermediate_size", 0));
        }
        return SwiGluBlock.ofRatio(hidden, config.count("hidden_ratio", 1, 1024, 4));
    }

    static Layer mixer(String type, ConfigObject config, int hidden, double eps) {
        int taps = config.flag("use_short_conv", true) ? config.count("conv_size", 1, ConfigSizes.MOST_TAPS, 4) : 0;
        if (config.flag("conv_bias", false)) {
            throw config.refused("conv_bias", "false");
        }
        if (type.equals("delta_net")) {
            return deltaNet(config, hidden, taps, eps);
        }
        int heads = ConfigSizes.heads(config, "num_heads", type.equals("kda") ? 16 : 6);
        int valueHeads = ConfigSizes.heads(config, "num_v_heads", heads);
        ConfigSizes.multipleOfHeads(config, "num_v_heads", valueHeads, heads);
        int headK = ConfigSizes.width(config, "head_dim", type.equals("kda") ? 128 : 256);
        int headV = expanded(config, "expand_v", headK, type.equals("kda") ? 1 : 2);
        check(heads, headK, valueHeads, headV);
        boolean gate = config.flag(type.equals("gated_deltaproduct") ? "use_output_gate" : "use_gate", true);
        DeltaConfig sizes = new DeltaConfig(
                hidden,
                heads,
                valueHeads,
                headK,
                headV,
                taps,
                config.flag("allow_neg_eigval", false),
                gate || type.equals("kda"),
                eps,
                null);
        return switch (type) {
            case "gated_deltanet" -> new GatedDeltaNetLayer(sizes);
            case LOG_LINEAR -> {
                if (valueHeads != heads) {
                    throw config.refused("num_v_heads", "null, or as many as num_heads, " + heads + ",");
                }
                yield new GatedDeltaNetLayer(sizes).withLevels(Mamba2Format.LEVELS);
            }
            case "kda" -> new KdaLayer(sizes, lowerBound(config), true);
            default -> {
                int n = config.count("num_householder", 1, 64, 1);
                ConfigSizes.product("num_householder · num_heads · head_dim", n, sizes.heads() * (long) headK);
                ConfigSizes.product("num_householder · num_v_heads · head_v_dim", n, valueHeads * (long) headV);
                yield new GatedDeltaProductLayer(sizes, n, config.flag("use_forget_gate", false), keyMap(config));
            }
        };
    }

    private static void check(int heads, int headK, int valueHeads, int headV) {
        ConfigSizes.product("num_heads · head_dim", heads, headK);
        ConfigSizes.product("num_v_heads · head_v_dim", valueHeads, headV);
    }

    private static int expanded(ConfigObject config, String key, int width, double absent) {
        double product = width * config.number(key, 1e-6, 1024, absent);
        long whole = Math.round(product);
        if (Math.abs(product - whole) > 1e-5 * product || whole < 1 || whole > ConfigSizes.MOST) {
            throw config.refused(key, "a factor that makes " + width + " channels a whole number");
        }
        return (int) whole;
    }

    private static double lowerBound(ConfigObject config) {
        boolean safe = config.flag("safe_gate", false);
        if (config.has("lower_bound")) {
            double bound = config.number("lower_bound", -1e6, 0, 0);
            if (bound == 0) {
                throw config.refused("lower_bound", "a negative number or null");
            }
            return bound;
        }
        if (safe) {
            throw config.refused("safe_gate", "false, since there is no lower_bound,");
        }
        return 0;
    }

    private static Layer deltaNet(ConfigObject config, int hidden, int taps, double eps) {
        int heads = ConfigSizes.heads(config, "num_heads", 16);
        int keys = expanded(config, "expand_k", hidden, 1);
        int values = expanded(config, "expand_v", hidden, 1);
        if (keys % heads != 0 || values % heads != 0) {
            throw config.refused(
                    "num_heads", "a divisor of " + keys + " key channels and " + values + " value channels");
        }
        DeltaConfig sizes = new DeltaConfig(
                hidden,
                heads,
                heads,
                keys / heads,
                values / heads,
                taps,
                config.flag("allow_neg_eigval", false),
                config.flag("use_gate", false),
                eps,
                null);
        return new DeltaNetLayer(sizes, keyMap(config), config.flag("use_beta", true));
    }

    private static KeyFeatureMap keyMap(ConfigObject config) {
        String activation = config.choice("qk_activation", "silu", "silu", "relu", "elu", "identity");
        boolean sum = config.choice("qk_norm", "l2", "l2", "sum").equals("sum");
        return switch (activation) {
            case "relu" -> new KeyFeatureMap(Activation.RELU, false, sum);
            case "elu" -> new KeyFeatureMap(Activation.ELU, true, sum);
            case "identity" -> new KeyFeatureMap(Activation.IDENTITY, false, sum);
            default -> new KeyFeatureMap(Activation.SILU, false, sum);
        };
    }

    /** The layers that are softmax attention, by index. */
    static Map<Integer, Layer> attention(ConfigObject config, int hidden) {
        Map<Integer, Layer> layers = new HashMap<>();
        for (ConfigObject attn : config.objects("attn")) {
            List<Integer> at = attn.counts("layers", 0, ConfigSizes.MOST_LAYERS);
            if (at == null) {
                throw attn.refused("layers", "a list of layers");
            }
            AttentionLayer layer = attentionLayer(attn, hidden);
            at.forEach(i -> layers.put(i, layer));
        }
        return layers;
    }

    /** One of them, by the object that describes it. */
    static AttentionLayer attentionLayer(ConfigObject attn, int hidden) {
        if (!attn.has("num_heads")) {
            throw attn.refused("num_heads", "a whole number");
        }
        int heads = ConfigSizes.heads(attn, "num_heads", 0);
        if (hidden % heads != 0) {
            throw attn.refused("num_heads", "a divisor of hidden_size " + hidden);
        }
        int kvHeads = ConfigSizes.heads(attn, "num_kv_heads", heads);
        ConfigSizes.dividesHeads(attn, "num_kv_heads", kvHeads, heads);
        int head = hidden / heads;
        PositionEncoding positions =
                new PositionEncoding.Rotary(RopeConfig.pairs(head, 1), attn.number("rope_theta", 1e-3, 1e15, 10000));
        boolean normed = attn.flag("qk_norm", false);
        return AttentionLayer.of(hidden, heads, kvHeads, head)
                .withWindow(attn.count("window_size", 1, Integer.MAX_VALUE, 0))
                .withPositions(positions)
                .withBias(attn.flag("qkv_bias", false) ? AttentionLayer.Bias.INPUTS : AttentionLayer.Bias.NONE)
                .withNorm(normed ? AttentionLayer.HeadNorm.perHead(1e-5, false) : AttentionLayer.HeadNorm.NONE);
    }
}
