package io.deltarule.models.format.family;

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
import io.deltarule.models.format.names.GgufKimiNames;
import io.deltarule.models.format.names.KimiNames;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.StoredTensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntBiFunction;

/** Kimi Linear: KDA, every fourth layer latent attention without positions, experts in all but the first layers. */
public final class KimiLinearFormat implements ModelFormat {
    private static final String EMBEDDINGS = "model.embed_tokens.weight";
    private static final String DENSE = "dense";
    private static final String SPARSE = "sparse";

    @Override
    public Set<String> modelTypes() {
        return Set.of("kimi_linear");
    }

    @Override
    public ModelPrograms programs(ConfigObject config, StoredTensors stored) {
        ConfigSizes.siluOnly(config);
        refuse(config);
        int hidden = ConfigSizes.hidden(config, 2304);
        double eps = ConfigSizes.eps(config, "rms_norm_eps", 1e-5);
        int layers = ConfigSizes.layers(config, 27);
        List<String> types = types(config, layers);
        List<String> feeds = feeds(config, layers);
        Layer linear = linear(config, hidden, eps);
        LatentAttentionLayer latent = latent(config, hidden);
        SwiGluBlock dense = new SwiGluBlock(hidden, ConfigSizes.width(config, "intermediate_size", 9216));
        MixtureBlock mixture = feeds.contains(SPARSE) ? mixture(config, hidden, layers) : null;
        ExpertStack stack = new ExpertStack(mixture == null ? 0 : mixture.experts());
        boolean tied = config.flag("tie_word_embeddings", false);
        Block.Names names = new Block.Names("input_layernorm", "self_attn", "post_attention_layernorm", "mlp");
        int positions = config.count(
                config.either("model_max_length", "max_position_embeddings"), 0, Integer.MAX_VALUE, 1 << 20);
        return new CausalModel(ConfigSizes.vocab(config, 163840), hidden, layers, EMBEDDINGS, tied, eps, false)
                .programs(
                        positions,
                        i -> new Block(
                                types.get(i).equals(LayerTypes.LINEAR) ? linear : latent,
                                feeds.get(i).equals(DENSE) ? dense : mixture,
                                names,
                                eps,
                                false),
                        stored.isGguf() ? new GgufKimiNames(stack, layers, latent) : new KimiNames(stack, tied));
    }

    private static void refuse(ConfigObject config) {
        if (config.flag("attention_bias", false)) {
            throw config.refused("attention_bias", "false");
        }
        if (!config.flag("mla_use_nope", true)) {
            throw config.refused("mla_use_nope", "true, since positions in latent attention are not supported,");
        }
        if (config.count("attn_res_block_size", 0, Integer.MAX_VALUE, 0) > 0) {
            throw config.refused("attn_res_block_size", "0, since residuals over blocks are not supported,");
        }
        for (String groups : List.of(config.either("num_expert_group", "n_group"), "topk_group")) {
            if (config.count(groups, 0, Integer.MAX_VALUE, 1) > 1) {
                throw config.refused(groups, "1, since choosing among groups of experts is not supported,");
            }
        }
        config.choice(config.either("moe_router_activation_func", "scoring_func"), "sigmoid", "sigmoid");
        config.choice("topk_method", "noaux_tc", "noaux_tc");
        if (config.count("moe_layer_freq", 1, Integer.MAX_VALUE, 1) != 1) {
            throw config.refused("moe_layer_freq", "1");
        }
    }

    /** {@code layer_types}, or else the lists of linear_attn_config, which count layers from 1. */
    private static List<String> types(ConfigObject config, int layers) {
        ConfigObject attn = config.object("linear_attn_config");
        boolean lists = attn != null && attn.has("full_attn_layers") && attn.has("kda_layers");
        if (!lists) {
            return LayerTypes.of(config, layers);
        }
        List<String> types = new ArrayList<>(Collections.nCopies(layers, null));
        attn.counts("kda_layers", 1, layers).forEach(i -> types.set(i - 1, LayerTypes.LINEAR));
        attn.counts("full_attn_layers", 1, layers).forEach(i -> types.set(i - 1, LayerTypes.FULL));
        if (types.contains(null)) {
            throw attn.refused(
                    "kda_layers",
                    "that it and full_attn_layers name all layers, 1 to " + layers + ", without layer "
                            + (types.indexOf(null) + 1) + " missing,");
        }
        if (config.has("layer_types") && !LayerTypes.of(config, layers).equals(types)) {
            throw config.refused("layer_types", "the same as linear_attn_config says");
        }
        return types;
    }

    private static List<String> feeds(ConfigObject config, int layers) {
        List<String> listed = config.texts("mlp_layer_types");
        int first = config.count("first_k_dense_replace", 0, Integer.MAX_VALUE, 1);
        List<String> feeds = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            feeds.add(i < first ? DENSE : SPARSE);
        }
        if (listed == null) {
            return feeds;
        }
        if (listed.size() != layers || !Set.of(DENSE, SPARSE).containsAll(listed)) {
            throw config.refused("mlp_layer_types", DENSE + " or " + SPARSE + " for each of " + layers + " layers");
        }
        if (config.has("first_k_dense_replace") && !listed.equals(feeds)) {
            throw config.refused("mlp_layer_types", "the same as first_k_dense_replace says");
        }
        return listed;
    }

    private static Layer linear(ConfigObject config, int hidden, double eps) {
        ConfigObject attn = config.object("linear_attn_config");
        int heads =
                either(config, "linear_num_heads", attn, "num_heads", (from, key) -> ConfigSizes.heads(from, key, 32));
        int head =
                either(config, "linear_head_dim", attn, "head_dim", (from, key) -> ConfigSizes.width(from, key, 128));
        int taps = either(
                config,
                "linear_conv_kernel_dim",
                attn,
                "short_conv_kernel_size",
                (from, key) -> from.count(key, 1, ConfigSizes.MOST_TAPS, 4));
        ConfigSizes.product("linear heads · head_dim", heads, head);
        return new KdaLayer(new DeltaConfig(hidden, heads, heads, head, head, taps, false, true, eps, null), 0, false);
    }

    /** A size that files have inside linear_attn_config or under another name outside, or in both places. */
    private static int either(
            ConfigObject config,
            String outside,
            ConfigObject attn,
            String inside,
            ToIntBiFunction<ConfigObject, String> read) {
        if (attn == null || !attn.has(inside)) {
            return read.applyAsInt(config, outside);
        }
        int size = read.applyAsInt(attn, inside);
        if (config.has(outside) && read.applyAsInt(config, outside) != size) {
            throw config.refused(outside, size + ", which linear_attn_config says,");
        }
        return size;
    }

    private static LatentAttentionLayer latent(ConfigObject config, int hidden) {
        int heads = ConfigSizes.heads(config, "num_attention_heads", 32);
        if (ConfigSizes.heads(config, "num_key_value_heads", heads) != heads) {
            throw config.refused("num_key_value_heads", "as many as num_attention_heads, " + heads + ",");
        }
        int own = ConfigSizes.width(config, "qk_nope_head_dim", 128);
        int shared = config.count("qk_rope_head_dim", 0, ConfigSizes.MOST, 64);
        int value = ConfigSizes.width(config, "v_head_dim", 128);
        ConfigSizes.product("num_attention_heads · channels per head", heads, (long) own + shared + value);
        return new LatentAttentionLayer(
                hidden,
                heads,
                ConfigSizes.width(config, "kv_lora_rank", 512),
                config.count("q_lora_rank", 0, ConfigSizes.MOST, 0),
                own,
                shared,
                value,
                config.flag("mla_use_output_gate", false));
    }

    private static MixtureBlock mixture(ConfigObject config, int hidden, int layers) {
        String all = config.either("num_experts", "num_local_experts", "n_routed_experts");
        int experts = config.count(all, 1, ConfigSizes.MOST_EXPERTS, 256);
        ConfigSizes.expertsInAll(config, all, experts, layers);
        String perToken = config.either("num_experts_per_token", "num_experts_per_tok");
        int chosen = config.count(perToken, 1, experts, Math.min(experts, 8));
        String renormalise = config.either("moe_renormalize", "norm_topk_prob");
        int intermediate = ConfigSizes.width(config, "moe_intermediate_size", 1024);
        int shared = config.count(config.either("num_shared_experts", "n_shared_experts"), 0, 1024, 1);
        return new MixtureBlock(
                hidden,
                experts,
                intermediate,
                new MixtureBlock.Router(
                        chosen,
                        true,
                        true,
                        config.flag(renormalise, true),
                        config.number("routed_scaling_factor", -1e6, 1e6, 2.446)),
                shared == 0
                        ? null
                        : new MixtureBlock.Shared(
                                "shared_experts",
                                ConfigSizes.product("num_shared_experts · moe_intermediate_size", shared, intermediate),
                                false));
    }
}
