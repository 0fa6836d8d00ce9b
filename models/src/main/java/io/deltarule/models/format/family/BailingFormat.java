package io.deltarule.models.format.family;

import io.deltarule.core.layer.MatrixOp;
import io.deltarule.models.Block;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.KdaLayer;
import io.deltarule.models.LatentAttentionLayer;
import io.deltarule.models.Layer;
import io.deltarule.models.MixtureBlock;
import io.deltarule.models.SwiGluBlock;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.ConfigSizes;
import io.deltarule.models.format.config.LayerTypes;
import io.deltarule.models.format.config.RopeConfig;
import io.deltarule.models.format.names.BailingNames;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Ling 3.0: KDA with a bounded decay, the last layer of each group latent attention with rotary positions and an output gate, experts
 * in groups. Ling 2.6 has the same {@code model_type} and other linear layers, and is refused.
 */
public final class BailingFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.word_embeddings.weight";
    private static final String PUBLISHER = "Bailing";
    private static final String THIS = PUBLISHER + "MoeV3";

    /** Largest limit of an expert's products that a config may name; those of published models are below 10. */
    private static final double MOST_LIMIT = 1e6;

    @Override
    public Set<String> modelTypes() {
        return Set.of("bailing_hybrid");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        checkVersion(config, stored);
        ConfigSizes.siluOnly(config);
        refuse(config);
        int hidden = ConfigSizes.hidden(config, 1536);
        double eps = ConfigSizes.eps(config, "rms_norm_eps", 1e-6);
        int layers = ConfigSizes.layers(config, 24);
        List<Boolean> isLatent = latentLayers(config, layers);
        Layer linear = linear(config, hidden, eps);
        Layer latent = latent(config, hidden, eps, gateTensor(isLatent), stored);
        List<Layer> feeds = feeds(config, hidden, layers);
        int experts = feeds.stream()
                .mapToInt(feed -> feed instanceof MixtureBlock mixture ? mixture.experts() : 0)
                .max()
                .orElse(0);
        boolean tied = config.flag("tie_word_embeddings", false);
        Block.Names names = new Block.Names("input_layernorm", "attention", "post_attention_layernorm", "mlp");
        return new CausalModel(ConfigSizes.vocab(config, 157184), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        ConfigSizes.positions(config, 131072),
                        i -> new Block(isLatent.get(i) ? latent : linear, feeds.get(i), names, eps, false),
                        new BailingNames(new ExpertStack(experts), isLatent, tied));
    }

    /** Two architectures have this one name. */
    private static void checkVersion(ConfigObject config, StoredTensors stored) {
        String other = "Ling 3.0's, " + THIS
                + "ForCausalLM: other models of this type, Ling 2.6 among them, have linear layers with a"
                + " constant decay per head and without an erase key, which are not supported,";
        List<String> named = config.texts("architectures");
        if (named != null && named.stream().anyMatch(name -> name.startsWith(THIS))) {
            return;
        }
        if (named != null && named.stream().anyMatch(name -> name.startsWith(PUBLISHER))) {
            throw config.refused("architectures", other);
        }
        boolean kda = config.has("kda_lower_bound") || config.has("kda_safe_gate") || config.has("no_kda_lora");
        if (!kda && !stored.contains("model.layers.0.attention.A_log")) {
            throw config.refused("kda_lower_bound", "a key that tells " + other);
        }
    }

    private static void refuse(ConfigObject config) {
        config.choice(config.either("score_function", "scoring_func"), "sigmoid", "sigmoid");
        config.choice("topk_method", "noaux_tc", "noaux_tc");
        if (config.count("moe_layer_freq", 1, Integer.MAX_VALUE, 1) != 1) {
            throw config.refused("moe_layer_freq", "1");
        }
    }

    /** The last layer of each group, and those after the last whole group. */
    private static List<Boolean> latentLayers(ConfigObject config, int layers) {
        int group = config.count("layer_group_size", 1, ConfigSizes.MOST_LAYERS, 4);
        List<Boolean> latent = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            latent.add((i + 1) % group == 0 || i >= layers / group * group);
        }
        if (config.has("layer_types")
                && !LayerTypes.of(config, layers).stream()
                        .map(LayerTypes.FULL::equals)
                        .toList()
                        .equals(latent)) {
            throw config.refused("layer_types", "the same as layer_group_size " + group + " says");
        }
        return latent;
    }

    private static Layer linear(ConfigObject config, int hidden, double eps) {
        int heads = ConfigSizes.heads(config, "num_attention_heads", 16);
        int head = ConfigSizes.width(config, "head_dim", 128);
        ConfigSizes.product("num_attention_heads · head_dim", heads, head);
        int taps = config.count("short_conv_kernel_size", 1, ConfigSizes.MOST_TAPS, 4);
        double bound = config.number("kda_lower_bound", -1e6, 0, -5);
        boolean bounded = config.flag("kda_safe_gate", true);
        if (bounded && bound == 0) {
            throw config.refused("kda_lower_bound", "a negative number");
        }
        return new KdaLayer(
                new DeltaConfig(hidden, heads, heads, head, head, taps, false, true, eps, null),
                bounded ? bound : 0,
                false,
                config.flag("no_kda_lora", true));
    }

    private static String gateTensor(List<Boolean> latent) {
        return "model.layers." + latent.indexOf(true) + ".attention.g_proj.weight";
    }

    private static Layer latent(ConfigObject config, int hidden, double eps, String gate, StoredTensors stored) {
        int heads = ConfigSizes.heads(config, "num_attention_heads", 16);
        if (ConfigSizes.heads(config, "num_key_value_heads", heads) != heads) {
            throw config.refused("num_key_value_heads", "as many as num_attention_heads, " + heads + ",");
        }
        int own = ConfigSizes.width(config, "qk_nope_head_dim", 128);
        int turned = config.count("qk_rope_head_dim", 2, ConfigSizes.MOST, 64);
        if (turned % 2 != 0) {
            throw config.refused("qk_rope_head_dim", "an even number, since channels turn in pairs,");
        }
        if (config.count("qk_head_dim", 1, ConfigSizes.MOST, own + turned) != own + turned) {
            throw config.refused("qk_head_dim", "qk_nope_head_dim + qk_rope_head_dim = " + (own + turned));
        }
        int value = ConfigSizes.width(config, "v_head_dim", 128);
        ConfigSizes.product("num_attention_heads · channels per head", heads, (long) own + turned + value);
        String granularity = config.choice(
                "gated_attention_proj_granularity_type",
                stored.contains(gate) ? "head_wise" : "none",
                "head_wise",
                "element_wise",
                "none");
        return new LatentAttentionLayer(
                hidden,
                heads,
                ConfigSizes.width(config, "kv_lora_rank", 512),
                config.count("q_lora_rank", 0, ConfigSizes.MOST, 0),
                own,
                turned,
                value,
                switch (granularity) {
                    case "head_wise" -> LatentAttentionLayer.OutputGate.HEAD;
                    case "element_wise" -> LatentAttentionLayer.OutputGate.CHANNEL;
                    default -> LatentAttentionLayer.OutputGate.NONE;
                },
                new LatentAttentionLayer.Rotary(RopeConfig.theta(config, 6e6), config.flag("rope_interleave", true)),
                eps);
    }

    /** Of each layer; those of experts differ in their limits alone. */
    private static List<Layer> feeds(ConfigObject config, int hidden, int layers) {
        int experts = config.count("num_experts", 1, ConfigSizes.MOST_EXPERTS, 128);
        int dense = config.count("first_k_dense_replace", 0, Integer.MAX_VALUE, 1);
        ConfigSizes.expertsInAll(config, "num_experts", experts, layers);
        List<Double> routed = limits(config, "expert_swiglu_limit_list", layers);
        List<Double> shared = limits(config, "share_expert_swiglu_limit_list", layers);
        Layer plain = new SwiGluBlock(hidden, ConfigSizes.width(config, "intermediate_size", 4608));
        MixtureBlock mixture = mixture(config, hidden, experts);
        List<Layer> feeds = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            feeds.add(i < dense ? plain : limited(mixture, routed.get(i), shared.get(i)));
        }
        return feeds;
    }

    private static MixtureBlock limited(MixtureBlock mixture, double routed, double shared) {
        MixtureBlock.Shared own = mixture.shared();
        return new MixtureBlock(
                mixture.hidden(),
                mixture.experts(),
                mixture.intermediate(),
                mixture.router(),
                own == null ? null : new MixtureBlock.Shared(own.name(), own.intermediate(), own.gated(), shared),
                routed);
    }

    /** A limit for each layer, infinite for 0 and null; layers that draft further tokens may follow. */
    private static List<Double> limits(ConfigObject config, String key, int layers) {
        List<Double> listed = config.numbers(key, 0, MOST_LIMIT);
        if (listed == null) {
            return Collections.nCopies(layers, Double.POSITIVE_INFINITY);
        }
        if (listed.size() < layers) {
            throw config.refused(key, "a number for each of " + layers + " layers");
        }
        return listed.stream()
                .map(limit -> limit == 0 ? Double.POSITIVE_INFINITY : limit)
                .toList();
    }

    private static MixtureBlock mixture(ConfigObject config, int hidden, int experts) {
        int groups = config.count("n_group", 1, experts, 1);
        if (experts % groups != 0) {
            throw config.refused("n_group", "a divisor of num_experts, " + experts + ",");
        }
        int kept = config.count("topk_group", 1, groups, groups);
        int most = experts / groups * kept;
        int chosen = config.count("num_experts_per_tok", 1, most, Math.min(most, 8));
        int intermediate = ConfigSizes.width(config, "moe_intermediate_size", 512);
        int count = config.count("num_shared_experts", 0, 1024, 1);
        int width = ConfigSizes.width(config, "moe_shared_expert_intermediate_size", intermediate);
        return new MixtureBlock(
                hidden,
                experts,
                intermediate,
                new MixtureBlock.Router(
                        chosen,
                        true,
                        config.flag("moe_router_enable_expert_bias", true),
                        config.flag("norm_topk_prob", true),
                        config.number("routed_scaling_factor", -1e6, 1e6, 2.5),
                        new MatrixOp.Experts.Groups(groups, kept)),
                count == 0
                        ? null
                        : new MixtureBlock.Shared(
                                "shared_experts",
                                ConfigSizes.product("num_shared_experts · shared width", count, width),
                                false));
    }
}
