package io.deltarule.models.format.names;

import io.deltarule.models.LatentAttentionLayer;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;
import java.util.Map;

/**
 * Names in GGUF files of Kimi Linear (architecture kimi-linear): −exp(A_log), experts stacked, and the projection from the
 * latent row to keys and values in two tensors, the keys' part transposed.
 *
 * @param experts how many there are
 * @param layers how many blocks there are
 * @param latent the attention layers
 */
public record GgufKimiNames(ExpertStack experts, int layers, LatentAttentionLayer latent) implements TensorNames {
    private static final String ATTENTION = "self_attn.";

    /** What only these files call so. */
    private static final Map<String, String> RENAMED = Map.ofEntries(
            Map.entry("post_attention_layernorm.weight", "ffn_norm.weight"),
            Map.entry("self_attn.q_a_proj.weight", "attn_q_a.weight"),
            Map.entry("self_attn.q_a_layernorm.weight", "attn_q_a_norm.weight"),
            Map.entry("self_attn.q_b_proj.weight", "attn_q_b.weight"),
            Map.entry("self_attn.kv_a_proj_with_mqa.weight", "attn_kv_a_mqa.weight"),
            Map.entry("self_attn.kv_a_layernorm.weight", "attn_kv_a_norm.weight"),
            Map.entry("self_attn.f_proj.0.weight", "ssm_f_a.weight"),
            Map.entry("self_attn.f_proj.1.weight", "ssm_f_b.weight"),
            Map.entry("self_attn.g_proj.0.weight", "ssm_g_a.weight"),
            Map.entry("self_attn.g_proj.1.weight", "ssm_g_b.weight"),
            Map.entry("self_attn.b_proj.weight", "ssm_beta.weight"),
            Map.entry("self_attn.dt_bias", "ssm_dt.bias"),
            Map.entry("self_attn.o_norm.weight", "ssm_norm.weight"),
            Map.entry("mlp.gate.e_score_correction_bias", "exp_probs_b.bias"),
            Map.entry("mlp.shared_experts.gate_proj.weight", "ffn_gate_shexp.weight"),
            Map.entry("mlp.shared_experts.up_proj.weight", "ffn_up_shexp.weight"),
            Map.entry("mlp.shared_experts.down_proj.weight", "ffn_down_shexp.weight"));

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        List<WeightSource> outside = GgufNames.outside(weight, dims);
        if (outside != null) {
            return outside;
        }
        String[] parts = GgufNames.inBlock(weight);
        String block = parts[0];
        String part = parts[1];
        if (part.startsWith("mlp.experts.")) {
            return GgufNames.expert(block, part.substring("mlp.".length()), experts.experts(), dims);
        }
        return switch (part) {
            case "self_attn.q_conv1d.weight", "self_attn.k_conv1d.weight", "self_attn.v_conv1d.weight" ->
                List.of(WeightSource.of(
                        block + "ssm_conv1d_" + part.charAt(ATTENTION.length()) + ".weight", dims[0], 1, dims[1]));
            case "self_attn.A_log" -> List.of(GgufNames.logDecay(block + "ssm_a", dims[0], 1));
            case "self_attn.kv_b_proj.weight" ->
                List.of(WeightSource.of(block + "attn_kv_b.weight", dims), keysAndValues(block));
            default -> List.of(WeightSource.of(block + GgufNames.inside(part, RENAMED), dims));
        };
    }

    /** Per head its keys' rows, which the file has as columns, and its values' rows. */
    private WeightSource keysAndValues(String block) {
        int heads = latent.heads();
        int rank = latent.rank();
        int own = latent.own();
        int value = latent.value();
        return new WeightSource.Made(
                List.of(block + "attn_k_b.weight", block + "attn_v_b.weight"),
                List.of(List.of(heads, rank, own), List.of(heads, value, rank)),
                tensors -> {
                    float[] keys = tensors.get(0);
                    float[] both = new float[heads * (own + value) * rank];
                    for (int head = 0; head < heads; head++) {
                        int to = head * (own + value) * rank;
                        for (int i = 0; i < own; i++) {
                            for (int j = 0; j < rank; j++) {
                                both[to + i * rank + j] = keys[(head * rank + j) * own + i];
                            }
                        }
                        System.arraycopy(tensors.get(1), head * value * rank, both, to + own * rank, value * rank);
                    }
                    return both;
                });
    }

    @Override
    public String ignored(String name) {
        return GgufNames.ignored(name, layers);
    }
}
