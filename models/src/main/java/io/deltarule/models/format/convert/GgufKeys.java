package io.deltarule.models.format.convert;

import io.deltarule.loader.GgufValue;
import io.deltarule.loader.GgufWriter;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.format.config.ConfigObject;

/** What a config.json is as a GGUF file's metadata. Keys that a config leaves out have the values that its format gives them. */
final class GgufKeys {
    private final GgufWriter writer;
    private final ModelFolder model;
    private final ConfigObject config;
    private final String architecture;

    GgufKeys(GgufWriter writer, ModelFolder model, ConfigObject config, String architecture) {
        this.writer = writer;
        this.model = model;
        this.config = config;
        this.architecture = architecture;
    }

    private void put(String name, GgufValue value) {
        writer.metadata(architecture + "." + name, value);
    }

    private void put(String name, int value) {
        put(name, GgufValue.u32(value));
    }

    private int count(String key, int absent) {
        return config.count(key, 0, Integer.MAX_VALUE, absent);
    }

    private void common(int heads) {
        writer.metadata("general.architecture", GgufValue.text(architecture));
        writer.metadata(
                "general.name",
                GgufValue.text(model.path().toAbsolutePath().getFileName().toString()));
        put("block_count", model.info().layers());
        put("embedding_length", model.info().hidden());
        put("vocab_size", model.info().vocab());
        put("context_length", model.info().maxPositions());
        put("attention.head_count", heads);
        if (!model.info().eosIds().isEmpty()) {
            writer.metadata(
                    "tokenizer.ggml.eos_token_id",
                    GgufValue.u32(model.info().eosIds().getFirst()));
        }
        if (model.info().eosIds().size() > 1) {
            writer.metadata(
                    "tokenizer.ggml.eot_token_id",
                    GgufValue.u32(model.info().eosIds().get(1)));
        }
    }

    void qwen(QwenRows linear, boolean mixture, boolean[] recurrent) {
        int heads = count("num_attention_heads", 16);
        common(heads);
        int kvHeads = count("num_key_value_heads", Math.min(heads, mixture ? 2 : 4));
        int head = count("head_dim", 256);
        put("attention.head_count_kv", kvHeads);
        put("attention.key_length", head);
        put("attention.value_length", head);
        put("attention.layer_norm_rms_epsilon", GgufValue.f32(config.number("rms_norm_eps", 0, 1, 1e-6)));
        put("feed_forward_length", count("intermediate_size", mixture ? 5632 : 12288));
        ConfigObject rope = config.object("rope_parameters");
        ConfigObject from = rope == null ? config : rope;
        double theta = from.number("rope_theta", 0, 1e15, config.number("rope_theta", 0, 1e15, 10000));
        double part = from.number("partial_rotary_factor", 0, 1, config.number("partial_rotary_factor", 0, 1, 0.25));
        put("rope.freq_base", GgufValue.f32(theta));
        put("rope.dimension_count", (int) (head * part));
        put("rope.dimension_sections", GgufValue.i32s(11, 11, 10, 0));
        int interval = Math.max(1, count("full_attention_interval", 4));
        put("full_attention_interval", interval);
        int[] marks = new int[recurrent.length];
        boolean regular = true;
        for (int i = 0; i < marks.length; i++) {
            marks[i] = recurrent[i] ? 1 : 0;
            regular &= recurrent[i] == ((i + 1) % interval != 0);
        }
        if (!regular) { // layer_types of the folder's own, which llama.cpp takes layer by layer
            put("attention.recurrent_layers", GgufValue.i32s(marks));
        }
        put("ssm.conv_kernel", linear.config().taps());
        put("ssm.state_size", linear.config().headK());
        put("ssm.group_count", linear.config().heads());
        put("ssm.time_step_rank", linear.config().valueHeads());
        put("ssm.inner_size", linear.config().valueWidth());
        if (mixture) {
            put("expert_count", count(config.either("num_experts", "num_local_experts"), 256));
            put("expert_used_count", count("num_experts_per_tok", 8));
            put("expert_feed_forward_length", count("moe_intermediate_size", 512));
            put("expert_shared_feed_forward_length", count("shared_expert_intermediate_size", 512));
        }
    }

    void kimi(boolean[] linear) {
        int heads = count("num_attention_heads", 32);
        common(heads);
        ConfigObject kda = config.object("linear_attn_config");
        int shared = count("qk_rope_head_dim", 64);
        int key = count("qk_nope_head_dim", 128) + shared;
        int rank = count("kv_lora_rank", 512);
        int value = count("v_head_dim", 128);
        int[] kvHeads = new int[linear.length];
        for (int i = 0; i < kvHeads.length; i++) {
            kvHeads[i] = linear[i] ? 0 : 1; // 0 tells llama.cpp a linear layer; all heads read one latent row per token
        }
        put("attention.head_count_kv", GgufValue.i32s(kvHeads));
        put("attention.kv_lora_rank", rank);
        if (count("q_lora_rank", 0) > 0) {
            put("attention.q_lora_rank", count("q_lora_rank", 0));
        }
        put("attention.key_length", rank + shared);
        put("attention.value_length", rank);
        put("attention.key_length_mla", key);
        put("attention.value_length_mla", value);
        put("attention.layer_norm_rms_epsilon", GgufValue.f32(config.number("rms_norm_eps", 0, 1, 1e-5)));
        put("rope.dimension_count", shared);
        put("feed_forward_length", count("intermediate_size", 9216));
        put("ssm.conv_kernel", kda == null ? 4 : kda.count("short_conv_kernel_size", 1, 64, 4));
        put("kda.head_dim", kda == null ? count("linear_head_dim", 128) : kda.count("head_dim", 1, 1 << 20, 128));
        String perToken = config.either("num_experts_per_tok", "num_experts_per_token");
        put("expert_count", count("num_experts", 256));
        put("expert_used_count", count(perToken, 8));
        put("expert_feed_forward_length", count("moe_intermediate_size", 1024));
        put("expert_shared_count", count("num_shared_experts", 1));
        put("expert_gating_func", 2);
        put("leading_dense_block_count", count("first_k_dense_replace", 1));
        put(
                "expert_weights_norm",
                GgufValue.bool(config.flag(config.either("norm_topk_prob", "moe_renormalize"), true)));
        put("expert_weights_scale", GgufValue.f32(config.number("routed_scaling_factor", -1e6, 1e6, 2.446)));
    }
}
