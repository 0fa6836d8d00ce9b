package io.deltarule.models.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.MessageText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A small config of each format, in which callers replace what they want otherwise. */
public final class ModelTemplates {
    /** Infinity as Python writes it, which is no JSON. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build();

    private static final String FLA = """
            "hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 384, "intermediate_size": 96, "num_heads": 2,
            "norm_eps": 1e-6, "max_position_embeddings": 2048, "eos_token_id": 1, "tie_word_embeddings": false""";

    private static final String QWEN = """
            "hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 384, "intermediate_size": 96,
            "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "linear_num_key_heads": 2,
            "linear_num_value_heads": 4, "linear_key_head_dim": 16, "linear_value_head_dim": 24,
            "linear_conv_kernel_dim": 4, "max_position_embeddings": 32768, "eos_token_id": 1, "rms_norm_eps": 1e-6,
            "tie_word_embeddings": false,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25}""";

    private static final String EXPERTS = """
            , "num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
            "shared_expert_intermediate_size": 48""";

    private static final String MAMBA2 = """
            "hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 384, "expand": 2, "head_dim": 16, "state_size": 24,
            "conv_kernel": 4, "eos_token_id": 1, "tie_word_embeddings": false""";

    private static final Map<String, String> BY_TYPE = Map.ofEntries(
            Map.entry("delta_net", FLA),
            Map.entry("gated_deltanet", FLA + ", \"head_dim\": 16, \"num_v_heads\": 4, \"expand_v\": 2.0"),
            Map.entry("h_gated_deltanet", FLA + ", \"head_dim\": 16, \"expand_v\": 2.0"),
            Map.entry("kda", FLA + ", \"head_dim\": 32, \"expand_v\": 1.0"),
            Map.entry(
                    "gated_deltaproduct",
                    FLA + ", \"head_dim\": 32, \"expand_v\": 1.0, \"num_householder\": 2, \"use_forget_gate\": true"),
            Map.entry("qwen3_5_text", QWEN),
            Map.entry("qwen3_next", QWEN + EXPERTS + ", \"norm_topk_prob\": true"),
            Map.entry("qwen3_5_moe_text", QWEN + EXPERTS),
            Map.entry("olmo_hybrid", """
                    "hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 384, "intermediate_size": 96,
                    "num_attention_heads": 4, "num_key_value_heads": 2, "linear_num_key_heads": 4,
                    "linear_num_value_heads": 4, "linear_key_head_dim": 16, "linear_value_head_dim": 32,
                    "max_position_embeddings": 65536, "eos_token_id": 1, "rms_norm_eps": 1e-6, "rope_parameters": null,
                    "tie_word_embeddings": false"""),
            Map.entry("kimi_linear", """
                    "hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 384, "intermediate_size": 96,
                    "num_attention_heads": 4, "num_key_value_heads": 4, "kv_lora_rank": 24, "q_lora_rank": null,
                    "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 16, "mla_use_nope": true,
                    "num_experts": 6, "num_experts_per_token": 2, "num_shared_experts": 1, "moe_intermediate_size": 32,
                    "first_k_dense_replace": 1, "moe_renormalize": true, "routed_scaling_factor": 2.446,
                    "model_max_length": 1048576, "eos_token_id": 1, "rms_norm_eps": 1e-5,
                    "tie_word_embeddings": false,
                    "linear_num_heads": 4, "linear_head_dim": 16,
                    "linear_attn_config": {"kda_layers": [1, 2, 3], "full_attn_layers": [4], "num_heads": 4,
                        "head_dim": 16, "short_conv_kernel_size": 4}"""),
            Map.entry("mamba2", MAMBA2 + ", \"num_heads\": 8, \"n_groups\": 2, \"layer_norm_epsilon\": 1e-5"),
            Map.entry("log_linear_mamba2", MAMBA2 + ", \"norm_eps\": 1e-5, \"n_groups\": 1"),
            Map.entry("granitemoehybrid", """
                    "hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 384,
                    "mamba_n_heads": 8, "mamba_d_head": "auto", "mamba_d_state": 24, "mamba_expand": 2,
                    "num_attention_heads": 4, "num_key_value_heads": 2, "shared_intermediate_size": 96,
                    "num_local_experts": 0, "num_experts_per_tok": 0, "intermediate_size": 40,
                    "embedding_multiplier": 12.0, "attention_multiplier": 0.0625, "residual_multiplier": 0.22,
                    "logits_scaling": 4.0, "position_embedding_type": "nope", "max_position_embeddings": 131072,
                    "eos_token_id": 1, "rms_norm_eps": 1e-5, "tie_word_embeddings": true"""),
            Map.entry("rwkv7", """
                    "hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 384, "intermediate_size": 96, "head_dim": 16,
                    "decay_low_rank_dim": 8, "gate_low_rank_dim": 12, "a_low_rank_dim": 6, "v_low_rank_dim": 5,
                    "hidden_act": "sqrelu", "norm_eps": 1e-5, "max_position_embeddings": 2048, "eos_token_id": 1,
                    "tie_word_embeddings": false"""),
            Map.entry("bailing_hybrid", """
                    "architectures": ["BailingMoeV3ForCausalLM"],
                    "hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 384, "intermediate_size": 96,
                    "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "layer_group_size": 4,
                    "first_k_dense_replace": 1, "short_conv_kernel_size": 4, "no_kda_lora": true, "kda_safe_gate": true,
                    "kda_lower_bound": -5.0, "q_lora_rank": 24, "kv_lora_rank": 24, "qk_nope_head_dim": 16,
                    "qk_rope_head_dim": 8, "v_head_dim": 16, "rope_theta": 6000000.0, "rope_interleave": true,
                    "gated_attention_proj_granularity_type": "head_wise", "num_experts": 8, "num_experts_per_tok": 2,
                    "num_shared_experts": 1, "moe_intermediate_size": 32, "moe_shared_expert_intermediate_size": 32,
                    "n_group": 4, "topk_group": 2, "norm_topk_prob": true, "routed_scaling_factor": 2.5,
                    "moe_router_enable_expert_bias": true, "score_function": "sigmoid",
                    "max_position_embeddings": 131072, "eos_token_id": 1, "rms_norm_eps": 1e-6,
                    "tie_word_embeddings": false"""),
            Map.entry("jet_nemotron", """
                    "hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 384, "intermediate_size": 96,
                    "num_attention_heads": 4, "num_key_value_heads": 2, "rope_theta": 1000000.0,
                    "efficient_attention_config": {
                        "jet": {"num_heads": 2, "head_dim": 12, "expand_v": 1.6666666667, "conv_size": 4,
                            "dconv_generator_reduction": 8, "norm_eps": "1e-5"},
                        "swa": {"window_size": 16}},
                    "max_position_embeddings": 32768, "eos_token_id": 1, "rms_norm_eps": 1e-6,
                    "tie_word_embeddings": true"""),
            Map.entry("nemotron_flash", """
                    "hidden_size": 64, "num_hidden_layers": 8, "vocab_size": 384, "intermediate_size": 0,
                    "ffn_expand_ratio": 2.0, "num_attention_heads": 4, "num_key_value_heads": 2, "mamba_d_state": 16,
                    "mamba_expand": 2, "mamba2_headdim": 16, "num_memory_tokens": 8, "kq_norm": "rms", "rope": true,
                    "rope_type": "ntk", "rope_theta": 10000.0, "max_position_embeddings": 32768,
                    "orig_max_position_embeddings": 4096, "mlp_hidden_act": "silu", "eos_token_id": 1,
                    "rms_norm_eps": 1e-6, "tie_word_embeddings": false"""),
            Map.entry("delta_hybrid", """
                    "hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 384, "intermediate_size": 96,
                    "mamba2": {"expand": 2, "head_dim": 16, "state_size": 24},
                    "gated_deltanet": {"num_heads": 2, "head_dim": 16, "expand_v": 2.0},
                    "sliding_attention": {"num_heads": 4, "num_kv_heads": 2, "window_size": 16},
                    "max_position_embeddings": 2048, "eos_token_id": 1, "norm_eps": 1e-6, "tie_word_embeddings": false"""),
            Map.entry(
                    "deltalens",
                    FLA
                            + ", \"head_k_dim\": 16, \"head_v_dim\": 32, \"lens_gate\": \"head\", \"lens_mix\": \"convex\""));

    /** Layers of what lists them, again and again. */
    private static final Map<String, List<String>> KINDS = Map.of(
            "granitemoehybrid",
            List.of("mamba", "mamba", "attention", "mamba"),
            "jet_nemotron",
            List.of("jet", "jet", "attn", "swa"),
            "nemotron_flash",
            List.of("deltanet", "f", "m2", "f", "a", "f", "m2", "f"),
            "delta_hybrid", // H2 of the Gated DeltaNet paper
            List.of("mamba2", "gated_deltanet", "sliding_attention"));

    /**
     * Sizes by the same names for every type; null for the template's own.
     *
     * @param hidden hidden_size
     * @param intermediate intermediate_size
     * @param layers num_hidden_layers
     * @param vocab vocab_size
     * @param tied whether the head uses the embedding's weight
     */
    public record Sizes(Integer hidden, Integer intermediate, Integer layers, Integer vocab, boolean tied) {
        /** The template's own. */
        public static final Sizes OWN = new Sizes(null, null, null, null, false);

        private Map<String, String> keys(String type) {
            Map<String, String> keys = new LinkedHashMap<>();
            put(keys, "hidden_size", hidden);
            put(keys, "intermediate_size", intermediate);
            put(keys, "num_hidden_layers", layers);
            put(keys, "vocab_size", vocab);
            if (layers != null && type.equals("kimi_linear")) {
                keys.put("linear_attn_config", "null"); // lists layers; without it every fourth is full attention
            }
            if (hidden != null && type.equals("mamba2")) {
                keys.put("num_heads", Integer.toString(hidden / 8)); // expand 2, heads of 16
            }
            if (intermediate != null && type.equals("nemotron_flash")) {
                keys.remove("intermediate_size"); // which would give every mixer a part of its own
                keys.put("ffn_expand_ratio", ratio(intermediate, hidden == null ? 64 : hidden));
            }
            if (tied) {
                keys.put("tie_word_embeddings", "true");
            }
            return keys;
        }

        /** Nemotron-Flash rounds a width down to a multiple of 128: the half keeps it from the one below. */
        private static String ratio(int intermediate, int hidden) {
            if (intermediate % 128 != 0) {
                throw new InvalidInputException(
                        "ff: expected a multiple of 128 for nemotron_flash but found " + intermediate);
            }
            return Double.toString((intermediate + 0.5) / hidden);
        }

        private static void put(Map<String, String> keys, String key, Integer value) {
            if (value != null) {
                keys.put(key, value.toString());
            }
        }
    }

    private ModelTemplates() {}

    /** Every type that there is a template for. */
    public static Set<String> types() {
        Set<String> all = new TreeSet<>(BY_TYPE.keySet());
        all.addAll(List.of("qwen3_5", "qwen3_5_moe"));
        return all;
    }

    /**
     * A type's config with some sizes.
     *
     * @param replaced keys and their values as JSON, which go before the sizes
     * @return a whole config.json
     * @throws InvalidInputException if there is no such type
     */
    public static String config(String type, Sizes sizes, Map<String, String> replaced) {
        Map<String, String> keys = sizes.keys(type);
        keys.putAll(replaced);
        return config(type, keys);
    }

    /**
     * A type's config.
     *
     * @param type a {@code model_type}
     * @param replaced keys and their values as JSON; what is no JSON is taken as a text
     * @return a whole config.json
     * @throws InvalidInputException if there is no such type
     */
    public static String config(String type, Map<String, String> replaced) {
        boolean nested = type.equals("qwen3_5") || type.equals("qwen3_5_moe");
        String inner = nested ? type + "_text" : type;
        String keys = BY_TYPE.get(inner);
        if (keys == null) {
            throw new InvalidInputException(
                    "type: expected one of " + String.join(", ", types()) + " but found " + MessageText.text(type));
        }
        try {
            ObjectNode config = (ObjectNode) JSON.readTree("{\"model_type\": \"" + inner + "\", " + keys + "}");
            replaced.forEach((key, value) -> config.set(key, json(value)));
            List<String> kinds = KINDS.get(type);
            if (kinds != null && !config.has("layer_types")) {
                ArrayNode types = config.putArray("layer_types");
                for (int i = 0; i < config.path("num_hidden_layers").asInt(); i++) {
                    types.add(kinds.get(i % kinds.size()));
                }
            }
            ObjectNode whole = config;
            if (nested) {
                whole = JSON.createObjectNode().put("model_type", type);
                whole.set("tie_word_embeddings", config.get("tie_word_embeddings"));
                whole.set("text_config", config);
            }
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(whole) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("templates are JSON", e);
        }
    }

    private static JsonNode json(String value) {
        try {
            return JSON.readTree(value);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(value);
        }
    }
}
