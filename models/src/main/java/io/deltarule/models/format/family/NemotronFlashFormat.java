package io.deltarule.models.format.family;

import io.deltarule.models.AttentionLayer;
import io.deltarule.models.Block;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.DeltaNetLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.Mamba2Config;
import io.deltarule.models.Mamba2Layer;
import io.deltarule.models.MixerBlock;
import io.deltarule.models.PositionEncoding;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.NemotronFlashNames;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.nemotron.SquaredReluBlock;
import java.util.List;
import java.util.Set;

/**
 * Nemotron-Flash: DeltaNet, Mamba-2, attention and feed-forward parts in the order that {@code layer_types} lists, learned memory
 * tokens before every text, and logits divided by the lengths of the head's rows. Source: arXiv:2511.18890.
 */
public final class NemotronFlashFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";

    /** Of the norms inside of the mixers, whatever the others have. */
    private static final double MIXER_EPS = 1e-5;

    private static final double HEAD_EPS = 1e-6;
    private static final int TAPS = 4;

    /** Feed-forward parts are as many of these wide as their ratio allows. */
    private static final int FEED_STEP = 128;

    /** Written, but never read by the models' own code. */
    private static final List<String> UNUSED = List.of(
            "attn_implementation_new",
            "calc_logits_for_entire_prompt",
            "d_conv",
            "hybrid_decoder_layer",
            "layer_type",
            "mamba_conv_bias",
            "mamba_dt_rank",
            "mamba_inner_layernorms",
            "mamba_proj_bias",
            "new_seq_length",
            "num_experts",
            "use_mamba_kernels");

    private static final List<String> OF_ATTENTION = List.of(
            "attn_hidden_size",
            "kq_head_dim",
            "kq_norm",
            "num_key_value_heads",
            "orig_max_position_embeddings",
            "rope",
            "rope_theta",
            "rope_type",
            "v_head_dim");

    @Override
    public Set<String> modelTypes() {
        return Set.of("nemotron_flash");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        UNUSED.forEach(config::has);
        int hidden = ConfigSizes.hidden(config, 4096);
        double eps = ConfigSizes.eps(config, "rms_norm_eps", 1e-6);
        int layers = ConfigSizes.layers(config, 32);
        List<String> types = types(config, layers);
        Parts parts = new Parts(config, hidden, eps, types);
        int vocab = ConfigSizes.vocab(config, 65536);
        int memory = config.count("num_memory_tokens", 0, ConfigSizes.MOST - vocab, 0);
        boolean tied = config.flag("tie_word_embeddings", false);
        return new CausalModel(
                        vocab,
                        hidden,
                        layers,
                        EMBEDDINGS,
                        tied,
                        eps,
                        false,
                        CausalModel.Factors.NONE,
                        new CausalModel.Extras(memory, true))
                .programs(
                        positions(config, memory),
                        parts::at,
                        NemotronFlashNames.of(parts.mamba, vocab, memory, tied, stored));
    }

    /** Of a text: the memory tokens have the first positions. Where frequencies depend on the length, only to where they begin to. */
    private static int positions(ConfigObject config, int memory) {
        int most = ConfigSizes.positions(config, 262144);
        boolean dynamic = config.flag("rope", false)
                && config.has("rope_type")
                && config.text("rope_type", null).equals("dynamic_ntk");
        int positions = dynamic ? Math.min(most, original(config)) : most;
        if (positions > 0 && positions <= memory) {
            throw config.refused("num_memory_tokens", "less than the " + positions + " positions of the model");
        }
        return positions == 0 ? 0 : positions - memory;
    }

    private static int original(ConfigObject config) {
        int original = config.count("orig_max_position_embeddings", 0, Integer.MAX_VALUE, 0);
        if (original == 0) {
            throw config.refused(
                    "orig_max_position_embeddings", "a whole number above 0, from which rope_type's base follows,");
        }
        return original;
    }

    private static List<String> types(ConfigObject config, int layers) {
        List<String> types = config.texts("layer_types");
        if (types == null || types.size() != layers) {
            throw config.refused("layer_types", "one of deltanet, m2, a and f for each of " + layers + " layers");
        }
        for (String type : types) {
            if (!Set.of("deltanet", "m", "m2", "a", "f").contains(type)) {
                throw config.refused("layer_types", "only deltanet, m2 (or m), a and f");
            }
        }
        return types;
    }

    /** The kinds of blocks. */
    private static final class Parts {
        private final List<String> types;
        private final double eps;
        private final Layer feed;
        private final boolean feedInside;
        private final Layer delta;
        private final Mamba2Config mamba;
        private final Layer global;
        private final Layer windowed;
        private final List<Integer> globalAt;

        Parts(ConfigObject config, int hidden, double eps, List<String> types) {
            this.types = types;
            this.eps = eps;
            int inside = config.count("intermediate_size", 0, ConfigSizes.MOST, 14336);
            this.feedInside = inside > 0;
            boolean feeds = feedInside || types.contains("f");
            this.feed = feeds ? feed(config, hidden, inside) : null;
            int heads = ConfigSizes.heads(config, "num_attention_heads", 32);
            boolean divides = hidden % heads == 0;
            if (!divides && types.contains("deltanet")) {
                throw config.refused("num_attention_heads", "a divisor of hidden_size " + hidden);
            }
            int head = Math.max(1, hidden / heads);
            this.delta = new DeltaNetLayer(
                    new DeltaConfig(hidden, heads, heads, head, head, TAPS, false, false, MIXER_EPS, null));
            this.mamba = mamba(config, hidden);
            boolean attends = types.contains("a");
            OF_ATTENTION.forEach(config::has); // written whether there is any or not
            AttentionLayer attention = attends ? attention(config, hidden, heads, divides) : null;
            int window = config.count("sliding_window", 1, Integer.MAX_VALUE, 0);
            List<Integer> listed = config.counts("global_attn_idx", 0, ConfigSizes.MOST_LAYERS);
            this.globalAt = listed == null ? List.of() : listed;
            this.global = attention;
            this.windowed = attends ? attention.withWindow(window) : null;
        }

        Layer at(int i) {
            return switch (types.get(i)) {
                case "deltanet" -> mixer(delta, "gla");
                case "a" -> mixer(globalAt.contains(i) ? global : windowed, "self_attn");
                case "f" -> new MixerBlock(feed, "pre_ffn_layernorm", "ffn", eps);
                default -> mixer(new Mamba2Layer(mamba), "mamba");
            };
        }

        private Layer mixer(Layer part, String name) {
            return feedInside
                    ? new Block(
                            part,
                            feed,
                            new Block.Names("input_layernorm", name, "pre_ffn_layernorm", "ffn"),
                            eps,
                            false)
                    : new MixerBlock(part, "input_layernorm", name, eps);
        }

        private static Layer feed(ConfigObject config, int hidden, int inside) {
            int width = inside;
            if (config.has("ffn_expand_ratio")) {
                double product = config.number("ffn_expand_ratio", 0, 1024, 0) * hidden;
                width = (int) Math.min(product, ConfigSizes.MOST) / FEED_STEP * FEED_STEP;
                if (width == 0) {
                    throw config.refused(
                            "ffn_expand_ratio", "a factor that makes hidden_size " + hidden + " at least " + FEED_STEP);
                }
            } else if (width == 0) {
                throw config.refused("ffn_expand_ratio", "a number, since intermediate_size is 0,");
            }
            return config.choice("mlp_hidden_act", "silu", "silu", "relu2").equals("relu2")
                    ? new SquaredReluBlock(hidden, width)
                    : new SwiGluBlock(hidden, width);
        }

        private static Mamba2Config mamba(ConfigObject config, int hidden) {
            int inner =
                    ConfigSizes.product("mamba_expand · hidden_size", config.count("mamba_expand", 1, 1024, 2), hidden);
            int head = ConfigSizes.width(config, "mamba2_headdim", 64);
            if (inner % head != 0) {
                throw config.refused("mamba2_headdim", "a divisor of mamba_expand · hidden_size = " + inner);
            }
            int state = ConfigSizes.width(config, "mamba_d_state", 16);
            ConfigSizes.product("width of in_proj", 2, (long) inner + state + inner / head);
            return Mamba2Config.of(hidden, inner / head, head, 1, state)
                    .withTaps(config.count("mamba_d_conv", 1, ConfigSizes.MOST_TAPS, TAPS))
                    .withNorm(new Mamba2Config.OutputNorm(Mamba2Config.OutputNorm.Order.GATE_FIRST, 1, MIXER_EPS));
        }

        private static AttentionLayer attention(ConfigObject config, int hidden, int heads, boolean divides) {
            int own = config.count("attn_hidden_size", -1, ConfigSizes.MOST, -1);
            if (own > 0 && own != hidden) {
                throw config.refused("attn_hidden_size", "-1 or hidden_size " + hidden);
            }
            int head = headWidth(config, "kq_head_dim", hidden / heads);
            if (headWidth(config, "v_head_dim", hidden / heads) != head) {
                throw config.refused("v_head_dim", "as many channels as queries and keys have, " + head + ",");
            }
            if (!divides && head == hidden / heads) {
                throw config.refused("num_attention_heads", "a divisor of hidden_size " + hidden);
            }
            ConfigSizes.product("num_attention_heads · kq_head_dim", heads, head);
            int kvHeads = ConfigSizes.heads(config, "num_key_value_heads", Math.min(heads, 8));
            ConfigSizes.dividesHeads(config, "num_key_value_heads", kvHeads, heads);
            if (!config.has("kq_norm")) {
                throw config.refused("kq_norm", "none or rms");
            }
            boolean normed = config.choice("kq_norm", null, "none", "rms").equals("rms");
            return AttentionLayer.of(hidden, heads, kvHeads, head)
                    .withPositions(rotary(config, head))
                    .withNorm(normed ? AttentionLayer.HeadNorm.perHead(HEAD_EPS, false) : AttentionLayer.HeadNorm.NONE);
        }

        private static int headWidth(ConfigObject config, String key, int absent) {
            int width = config.count(key, -1, ConfigSizes.MOST, -1);
            return width > 0 ? width : Math.max(1, absent);
        }

        private static PositionEncoding rotary(ConfigObject config, int head) {
            double theta = config.number("rope_theta", 1e-3, 1e15, 10000);
            String type = config.choice("rope_type", "default", "default", "ntk", "dynamic_ntk");
            if (!config.flag("rope", false)) {
                return new PositionEncoding.None();
            }
            int channels = RopeConfig.pairs(head, 1);
            if (type.equals("ntk")) {
                double longer = 2.0 * ConfigSizes.positions(config, 262144) / original(config) - 1;
                if (head < 4 || longer <= 0) {
                    throw config.refused(
                            "rope_type", "default, for heads below 4 channels or less positions than half as many,");
                }
                theta *= Math.pow(longer, head / (head - 2.0));
            }
            return new PositionEncoding.Rotary(channels, theta);
        }
    }
}
