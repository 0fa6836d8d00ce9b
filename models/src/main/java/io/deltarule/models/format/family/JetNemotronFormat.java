package io.deltarule.models.format.family;

import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.Layer;
import io.deltarule.models.PositionEncoding;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.JetNames;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.jet.JetLayer;
import java.util.List;
import java.util.Set;

/** Jet-Nemotron: Qwen2.5 with most of its attention replaced by JetBlock, some of the rest over a sliding window. */
public final class JetNemotronFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";
    private static final String JET = "jet";
    private static final String WINDOW = "swa";
    private static final String FULL = "attn";
    private static final String INSIDE = "efficient_attention_config";

    @Override
    public Set<String> modelTypes() {
        return Set.of("jet_nemotron");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        if (config.flag("use_mrope", false)) {
            throw config.refused("use_mrope", "false");
        }
        int hidden = ConfigSizes.hidden(config, 1536);
        double eps = ConfigSizes.eps(config, "rms_norm_eps", 1e-6);
        int layers = ConfigSizes.layers(config, 28);
        List<String> types = types(config, layers);
        Layer jet = types.contains(JET) ? jet(config, hidden) : null;
        AttentionLayer full = attention(config, hidden);
        AttentionLayer window = types.contains(WINDOW) ? full.withWindow(window(config)) : null;
        SwiGluBlock mlp = new SwiGluBlock(hidden, ConfigSizes.width(config, "intermediate_size", 8960));
        Block.Names names = new Block.Names("input_layernorm", "self_attn", "post_attention_layernorm", "mlp");
        boolean tied = config.flag("tie_word_embeddings", false);
        return new CausalModel(ConfigSizes.vocab(config, 151936), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        ConfigSizes.positions(config, 32768),
                        i -> new Block(
                                switch (types.get(i)) {
                                    case JET -> jet;
                                    case WINDOW -> window;
                                    default -> full;
                                },
                                mlp,
                                names,
                                eps,
                                false),
                        new JetNames(tied));
    }

    private static List<String> types(ConfigObject config, int layers) {
        List<String> types = config.texts("layer_types");
        if (types == null
                || types.size() != layers
                || !Set.of(JET, WINDOW, FULL).containsAll(types)) {
            throw config.refused(
                    "layer_types", JET + ", " + WINDOW + " or " + FULL + " for each of " + layers + " layers");
        }
        return types;
    }

    private static ConfigObject inside(ConfigObject config, String kind) {
        ConfigObject all = config.object(INSIDE);
        ConfigObject own = all == null ? null : all.object(kind);
        if (own == null) {
            throw config.refused(INSIDE, "an object with " + kind + ", which layer_types names,");
        }
        return own;
    }

    private static Layer jet(ConfigObject config, int hidden) {
        ConfigObject jet = inside(config, JET);
        boolean _ = jet.has("mode");
        boolean _ = jet.has("dconv_implementation");
        int heads = ConfigSizes.heads(jet, "num_heads", 6);
        int headK = ConfigSizes.width(jet, "head_dim", 256);
        double expand = jet.number("expand_v", 1e-6, 1024, 2);
        int headV = (int) (headK * expand); // written with so many digits that a whole number comes out a little larger
        if (headV < 1 || headV > ConfigSizes.MOST || (long) (heads * (long) headK * expand) != (long) heads * headV) {
            throw jet.refused("expand_v", "a factor that makes " + headK + " channels a whole number");
        }
        ConfigSizes.product("num_heads · head_dim", heads, headK);
        int values = ConfigSizes.product("num_heads · head_dim · expand_v", heads, headV);
        int taps = jet.count("conv_size", 1, ConfigSizes.MOST_TAPS, 4);
        ConfigSizes.product("num_heads · head_dim · expand_v · conv_size", values, taps);
        int middle = values / jet.count("dconv_generator_reduction", 1, values, Math.min(values, 8));
        double eps = jet.numberOrText("norm_eps", 0, 1, 1e-5);
        return new JetLayer(new JetLayer.Sizes(hidden, heads, headK, headV, taps, middle), eps);
    }

    private static int window(ConfigObject config) {
        ConfigObject window = inside(config, WINDOW);
        if (!window.has("window_size")) {
            throw window.refused("window_size", "how many tokens are seen");
        }
        return window.count("window_size", 1, Integer.MAX_VALUE, 1);
    }

    private static AttentionLayer attention(ConfigObject config, int hidden) {
        int heads = ConfigSizes.heads(config, "num_attention_heads", 12);
        if (!config.has("head_dim") && hidden % heads != 0) {
            throw config.refused("num_attention_heads", "a divisor of hidden_size " + hidden);
        }
        int kvHeads = ConfigSizes.heads(config, "num_key_value_heads", heads);
        ConfigSizes.dividesHeads(config, "num_key_value_heads", kvHeads, heads);
        int head = ConfigSizes.width(config, "head_dim", Math.max(1, hidden / heads));
        ConfigSizes.product("num_attention_heads · head_dim", heads, head);
        PositionEncoding positions =
                new PositionEncoding.Rotary(RopeConfig.pairs(head, 1), RopeConfig.theta(config, 1e4));
        return AttentionLayer.of(hidden, heads, kvHeads, head)
                .withPositions(positions)
                .withBias(AttentionLayer.Bias.INPUTS);
    }
}
