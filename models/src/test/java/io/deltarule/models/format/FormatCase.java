package io.deltarule.models.format;

import io.deltarule.core.layer.WeightType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One random folder per format and per key that changes its operations or names: odd sizes, K ≠ V, grouped heads.
 *
 * @param type the model's type
 * @param keys what differs from the type's template, as in {@code num_heads=3}
 * @param options type of the numbers, seed, shards
 * @param variant which of the names that weights may have
 */
record FormatCase(String type, List<String> keys, RandomModel.Options options, int variant) {
    private static FormatCase of(String type, String... keys) {
        return new FormatCase(type, List.of(keys), new RandomModel.Options(WeightType.F32, 5, 1), 0);
    }

    private FormatCase stored(WeightType as, int shards) {
        return new FormatCase(type, keys, new RandomModel.Options(as, 6, shards), variant);
    }

    private FormatCase named(int other) {
        return new FormatCase(type, keys, options, other);
    }

    String config() {
        Map<String, String> replaced = new LinkedHashMap<>();
        keys.forEach(key -> replaced.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1)));
        return ModelTemplates.config(type, replaced);
    }

    long write(Path folder) {
        return RandomModel.write(folder, config(), options, variant);
    }

    static List<FormatCase> all() {
        List<FormatCase> all = new ArrayList<>(fla());
        all.addAll(qwen());
        all.addAll(others());
        all.addAll(mamba());
        all.addAll(ling());
        all.addAll(jet());
        return all;
    }

    private static List<FormatCase> fla() {
        String odd = "hidden_size=60";
        String one = "num_hidden_layers=1";
        return List.of(
                of("delta_net", odd, "num_heads=3", "intermediate_size=75", "expand_v=1.5", "vocab_size=101"),
                of("delta_net", odd, "use_gate=true", "allow_neg_eigval=true", "expand_k=0.5", "use_short_conv=false"),
                of("delta_net", one, "use_beta=false", "qk_activation=relu", "qk_norm=l2", "conv_size=3"),
                of("delta_net", one, "use_beta=false", "allow_neg_eigval=true", "qk_activation=identity"),
                of("delta_net", one, "qk_activation=elu", "qk_norm=sum", "tie_word_embeddings=true"),
                of("delta_net", "num_hidden_layers=4", "attn={\"layers\":[1,3],\"num_heads\":4,\"num_kv_heads\":2}"),
                of("gated_deltanet", odd, "num_heads=3", "num_v_heads=6", "head_dim=10", "intermediate_size=70"),
                of(
                        "gated_deltanet",
                        one,
                        "use_gate=false",
                        "use_short_conv=false",
                        "intermediate_size=null",
                        "hidden_ratio=2"),
                of(
                        "gated_deltanet",
                        "attn=[{\"layers\":[0],\"num_heads\":2,\"qkv_bias\":true,\"window_size\":7},"
                                + "{\"layers\":[2],\"num_heads\":8,\"num_kv_heads\":1,\"rope_theta\":500,\"qk_norm\":true}]"),
                of("kda", odd, "num_heads=3", "num_v_heads=6", "head_dim=14", "expand_v=0.5")
                        .stored(WeightType.BF16, 1),
                of("kda", one, "lower_bound=-5", "safe_gate=true", "allow_neg_eigval=true"),
                of("kda", "attn={\"layers\":[2],\"num_heads\":2}", "use_short_conv=false"),
                of("gated_deltaproduct", odd, "num_heads=3", "num_v_heads=3", "num_householder=4", "head_dim=8")
                        .stored(WeightType.F16, 2),
                of("gated_deltaproduct", "use_forget_gate=false", "use_output_gate=false", "allow_neg_eigval=true"),
                of("gated_deltaproduct", one, "use_short_conv=false", "qk_activation=identity"),
                of(
                        "gated_deltaproduct",
                        "num_householder=1",
                        "num_v_heads=4",
                        "attn={\"layers\":[0],\"num_heads\":2}"));
    }

    private static List<FormatCase> qwen() {
        String odd = "hidden_size=52";
        return List.of(
                of(
                        "qwen3_5_text",
                        odd,
                        "num_attention_heads=6",
                        "num_key_value_heads=3",
                        "head_dim=24",
                        "vocab_size=77"),
                of("qwen3_5_text", "tie_word_embeddings=true", "partial_rotary_factor=0.5", "rope_parameters=null")
                        .stored(WeightType.BF16, 3),
                of("qwen3_5_text", "output_gate_type=sigmoid", "attention_bias=true", "full_attention_interval=2"),
                of("qwen3_5", odd, "linear_num_value_heads=6", "linear_value_head_dim=10", "tie_word_embeddings=true"),
                of("qwen3_5", "layer_types=[\"attention\",\"mamba\",\"mamba\",\"mamba\"]")
                        .stored(WeightType.F16, 1),
                of("qwen3_5_moe", odd, "num_experts=5", "num_experts_per_tok=3", "moe_intermediate_size=13"),
                of("qwen3_5_moe_text", "shared_expert_intermediate_size=20", "num_hidden_layers=1")
                        .named(1),
                of("qwen3_next", odd, "linear_num_key_heads=3", "linear_num_value_heads=6", "linear_key_head_dim=12"),
                of("qwen3_next", "norm_topk_prob=false", "mlp_only_layers=[1]", "num_experts_per_tok=1")
                        .stored(WeightType.BF16, 2),
                of("qwen3_next", "decoder_sparse_step=2", "linear_num_value_heads=2")
                        .named(1),
                of("qwen3_next", "num_experts=0", "num_hidden_layers=2"));
    }

    private static List<FormatCase> others() {
        String rope = "rope_parameters={\"rope_type\":\"default\",\"rope_theta\":1000}";
        return List.of(
                of("olmo_hybrid", "hidden_size=56", "linear_key_head_dim=15", "linear_value_head_dim=11", rope),
                of("olmo_hybrid", "linear_allow_neg_eigval=false", "attention_bias=true", "num_hidden_layers=2")
                        .named(1),
                of("olmo_hybrid", "linear_num_key_heads=2", "linear_key_head_dim=20", "tie_word_embeddings=true")
                        .stored(WeightType.BF16, 2),
                of("kimi_linear", "hidden_size=60", "kv_lora_rank=19", "qk_nope_head_dim=12", "v_head_dim=20"),
                of(
                                "kimi_linear",
                                "q_lora_rank=17",
                                "qk_rope_head_dim=0",
                                "num_shared_experts=2",
                                "moe_renormalize=false")
                        .named(4),
                of("kimi_linear", "num_experts=5", "num_experts_per_token=4", "first_k_dense_replace=2")
                        .named(2),
                of("kimi_linear", "num_shared_experts=0", "mla_use_output_gate=true", "routed_scaling_factor=1.5")
                        .named(1)
                        .stored(WeightType.F16, 2),
                of("deltalens", "lens_gate=channel", "lens_mix=additive", "write=gated_deltanet", "num_v_heads=4"),
                of("deltalens", "write=kda", "attn={\"layers\":[1],\"num_heads\":2}", "use_gate=true"),
                of("deltalens", "head_k_dim=null", "d_state=48", "head_v_dim=20")
                        .named(1),
                of(
                        "deltalens",
                        "hidden_size=null",
                        "d_model=56",
                        "num_hidden_layers=null",
                        "n_layers=2",
                        "num_heads=null",
                        "n_heads=4",
                        "head_v_dim=null",
                        "tensor_names={\"model.layers.{i}.attn.q_proj.weight\":\"blocks.{i}.q\",\"model.norm.weight\":\"out.w\"}"));
    }

    private static List<FormatCase> mamba() {
        String[] fla = {"layer_norm_epsilon=null", "norm_eps=1e-5", "num_heads=null"};
        String experts = "num_local_experts=5";
        return List.of(
                of("mamba2", "hidden_size=60", "num_heads=6", "head_dim=20", "time_step_limit=[0.01,0.1]"),
                of("mamba2", "use_bias=true", "use_conv_bias=false", "conv_kernel=3", "tie_word_embeddings=true")
                        .stored(WeightType.BF16, 2)
                        .named(1),
                of("mamba2", join(fla, "hidden_size=40", "head_dim=10", "n_groups=4", "dt_limit=[0,Infinity]")),
                of("mamba2", join(fla, "norm_before_gate=true", "D_has_hdim=true", "use_bias=true")),
                of("mamba2", join(fla, "rmsnorm=false", "expand=1.5", "head_dim=12", "n_groups=1")),
                of("log_linear_mamba2", "hidden_size=36", "head_dim=8", "use_bias=true", "state_size=10"),
                of("h_gated_deltanet", "hidden_size=60", "num_heads=3", "head_dim=10", "expand_v=1.5"),
                of(
                        "h_gated_deltanet",
                        "use_gate=false",
                        "allow_neg_eigval=true",
                        "attn={\"layers\":[1],\"num_heads\":4}"),
                of("granitemoehybrid", "hidden_size=72", "mamba_n_heads=9", "mamba_n_groups=3", "attention_bias=true"),
                of("granitemoehybrid", experts, "num_experts_per_tok=3", "tie_word_embeddings=false")
                        .stored(WeightType.BF16, 2),
                of(
                        "granitemoehybrid",
                        "position_embedding_type=rope",
                        "rope_theta=500",
                        "mamba_proj_bias=true",
                        "mamba_conv_bias=false",
                        "mamba_d_head=16"));
    }

    private static List<FormatCase> ling() {
        String odd = "hidden_size=60";
        return List.of(
                of(
                        "bailing_hybrid",
                        odd,
                        "num_attention_heads=3",
                        "num_key_value_heads=3",
                        "head_dim=14",
                        "v_head_dim=10"),
                of(
                                "bailing_hybrid",
                                "num_hidden_layers=5",
                                "layer_group_size=2",
                                "no_kda_lora=false",
                                "gated_attention_proj_granularity_type=element_wise",
                                "rope_interleave=false")
                        .named(1),
                of(
                        "bailing_hybrid",
                        "q_lora_rank=null",
                        "gated_attention_proj_granularity_type=none",
                        "kda_safe_gate=false",
                        "moe_router_enable_expert_bias=false",
                        "num_shared_experts=0"),
                of(
                                "bailing_hybrid",
                                "num_experts=9",
                                "n_group=3",
                                "topk_group=1",
                                "num_experts_per_tok=3",
                                "norm_topk_prob=false",
                                "num_shared_experts=2",
                                "expert_swiglu_limit_list=[0,null,0.5,0.4]",
                                "share_expert_swiglu_limit_list=[0,0.6,0,0.7,1]")
                        .stored(WeightType.BF16, 2),
                of(
                        "bailing_hybrid",
                        "first_k_dense_replace=4",
                        "tie_word_embeddings=true",
                        "short_conv_kernel_size=2"));
    }

    private static List<FormatCase> jet() {
        return List.of(
                of("jet_nemotron", "hidden_size=72", "num_attention_heads=6", "num_key_value_heads=3", "vocab_size=77"),
                of("jet_nemotron", "tie_word_embeddings=false", "num_hidden_layers=5", "intermediate_size=50")
                        .stored(WeightType.BF16, 2),
                of(
                        "jet_nemotron",
                        "layer_types=[\"jet\",\"swa\",\"jet\",\"attn\"]",
                        "efficient_attention_config={\"jet\":{\"num_heads\":3,\"head_dim\":10,\"expand_v\":1.5,"
                                + "\"conv_size\":3,\"dconv_generator_reduction\":5,\"norm_eps\":1e-4,\"mode\":\"chunk\"},"
                                + "\"swa\":{\"window_size\":5}}"));
    }

    private static String[] join(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }

    @Override
    public String toString() {
        return type + " " + String.join(" ", keys) + (variant == 0 ? "" : " names " + variant);
    }
}
