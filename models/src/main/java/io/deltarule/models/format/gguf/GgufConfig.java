package io.deltarule.models.format.gguf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.LayerTypes;
import io.deltarule.models.format.config.MessageText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The {@code config.json} that a file's metadata amounts to, by the architecture that it names. */
final class GgufConfig {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_LAYERS = 100_000;

    private final GgufMetadata metadata;
    private final String architecture;
    private final ObjectNode config = JSON.createObjectNode();

    private GgufConfig(GgufMetadata metadata) {
        this.metadata = metadata;
        this.architecture = metadata.text("general.architecture", null);
    }

    /** The architectures that can be read. */
    static final List<String> ARCHITECTURES = List.of("qwen35", "qwen35moe", "qwen3next", "kimi-linear");

    static ObjectNode of(GgufMetadata metadata) {
        return new GgufConfig(metadata).config();
    }

    private ObjectNode config() {
        if (architecture == null) {
            throw metadata.refused("general.architecture", "one of " + String.join(", ", ARCHITECTURES));
        }
        if (metadata.count("split.count", 1) > 1) {
            throw metadata.refused("split.count", "a file that is not split (llama-gguf-split --merge joins one)");
        }
        switch (architecture) {
            case "qwen35" -> qwen("qwen3_5_text");
            case "qwen35moe" -> qwen("qwen3_5_moe_text");
            case "qwen3next" -> qwen("qwen3_next");
            case "kimi-linear" -> kimi();
            default ->
                throw new InvalidInputException("GGUF metadata: general.architecture: expected one of "
                        + String.join(", ", ARCHITECTURES) + " but found " + MessageText.text(architecture)
                        + "; fetch the model's folder instead, or a model of one of these");
        }
        return config;
    }

    private String key(String name) {
        return architecture + "." + name;
    }

    private long count(String name) {
        return metadata.count(key(name));
    }

    private int layers() {
        long drafting = metadata.count(key("nextn_predict_layers"), 0);
        long layers = count("block_count") - drafting;
        if (layers < 1 || layers > MOST_LAYERS) {
            throw metadata.refused(key("block_count"), "1 to " + MOST_LAYERS + " besides " + drafting + " for drafts");
        }
        return (int) layers;
    }

    private boolean isLinear(int layer) {
        return metadata.file().contains("blk." + layer + ".ssm_a");
    }

    private void common(String modelType, int layers) {
        config.put("model_type", modelType)
                .put("hidden_size", count("embedding_length"))
                .put("num_hidden_layers", layers)
                .put("vocab_size", vocabulary())
                .put("num_attention_heads", count("attention.head_count"))
                .put("rms_norm_eps", metadata.number(key("attention.layer_norm_rms_epsilon"), 1e-6))
                .put("tie_word_embeddings", !metadata.file().contains("output.weight"));
        if (metadata.has(key("feed_forward_length"))) {
            config.put("intermediate_size", count("feed_forward_length"));
        }
        if (metadata.has(key("context_length"))) {
            config.put("max_position_embeddings", count("context_length"));
        }
        ArrayNode ends = config.putArray("eos_token_id");
        Set<Long> ids = new LinkedHashSet<>();
        for (String kind : List.of("eos", "eot", "eom")) {
            ids.add(metadata.count("tokenizer.ggml." + kind + "_token_id", -1));
        }
        ids.stream().filter(id -> id >= 0).forEach(ends::add);
    }

    private long vocabulary() {
        String table = "token_embd.weight";
        if (!metadata.file().contains(table)) {
            throw new InvalidInputException(
                    "tensors: expected " + table + " but found none of that name; fetch the file again");
        }
        return metadata.file().info(table).shape().getFirst();
    }

    private void qwen(String modelType) {
        int layers = layers();
        common(modelType, layers);
        long heads = count("attention.head_count");
        long head = metadata.count(key("attention.key_length"), count("embedding_length") / Math.max(1, heads));
        long valueHeads = Math.max(1, count("ssm.time_step_rank"));
        config.put("num_key_value_heads", metadata.count(key("attention.head_count_kv"), heads))
                .put("head_dim", head)
                .put("linear_num_key_heads", count("ssm.group_count"))
                .put("linear_num_value_heads", valueHeads)
                .put("linear_key_head_dim", count("ssm.state_size"))
                .put("linear_value_head_dim", count("ssm.inner_size") / valueHeads)
                .put("linear_conv_kernel_dim", count("ssm.conv_kernel"));
        config.putObject("rope_parameters")
                .put("rope_type", "default")
                .put("rope_theta", metadata.number(key("rope.freq_base"), 10000))
                .put(
                        "partial_rotary_factor",
                        metadata.count(key("rope.dimension_count"), head / 4) / (double) Math.max(1, head));
        ArrayNode types = config.putArray("layer_types");
        for (int i = 0; i < layers; i++) {
            types.add(isLinear(i) ? LayerTypes.LINEAR : LayerTypes.FULL);
        }
        if (metadata.count(key("expert_count"), 0) > 0) {
            config.put("num_experts", count("expert_count"))
                    .put("num_experts_per_tok", count("expert_used_count"))
                    .put("moe_intermediate_size", count("expert_feed_forward_length"))
                    .put(
                            "shared_expert_intermediate_size",
                            metadata.count(
                                    key("expert_shared_feed_forward_length"), count("expert_feed_forward_length")));
        }
    }

    private void kimi() {
        int layers = layers();
        common("kimi_linear", layers);
        long heads = count("attention.head_count");
        long shared = count("rope.dimension_count");
        long key = metadata.has(key("attention.key_length_mla"))
                ? count("attention.key_length_mla")
                : count("attention.key_length");
        config.put("num_key_value_heads", heads)
                .put("kv_lora_rank", count("attention.kv_lora_rank"))
                .put("q_lora_rank", metadata.count(key("attention.q_lora_rank"), 0))
                .put("qk_nope_head_dim", key - shared)
                .put("qk_rope_head_dim", shared)
                .put(
                        "v_head_dim",
                        metadata.has(key("attention.value_length_mla"))
                                ? count("attention.value_length_mla")
                                : count("attention.value_length"))
                .put("num_experts", count("expert_count"))
                .put("num_experts_per_token", count("expert_used_count"))
                .put("num_shared_experts", metadata.count(key("expert_shared_count"), 1))
                .put("moe_intermediate_size", count("expert_feed_forward_length"))
                .put("first_k_dense_replace", metadata.count(key("leading_dense_block_count"), 0))
                .put("moe_renormalize", metadata.flag(key("expert_weights_norm"), true))
                .put("routed_scaling_factor", metadata.number(key("expert_weights_scale"), 1));
        if (metadata.count(key("expert_gating_func"), 2) != 2) {
            throw metadata.refused(key("expert_gating_func"), "2, sigmoids");
        }
        ObjectNode linear = config.putObject("linear_attn_config")
                .put("num_heads", heads)
                .put("head_dim", count("kda.head_dim"))
                .put("short_conv_kernel_size", count("ssm.conv_kernel"));
        ArrayNode kda = linear.putArray("kda_layers");
        ArrayNode full = linear.putArray("full_attn_layers");
        for (int i = 0; i < layers; i++) {
            (isLinear(i) ? kda : full).add(i + 1);
        }
    }
}
