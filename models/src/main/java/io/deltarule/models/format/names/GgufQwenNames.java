package io.deltarule.models.format.names;

import io.deltarule.models.DeltaConfig;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;
import java.util.Map;

/**
 * Names in GGUF files of Qwen3.5 and Qwen3-Next (architectures qwen35, qwen35moe, qwen3next): one projection and one
 * convolution for q, k and v, −exp(A_log), and in Qwen3-Next one projection for b and a, per key head.
 *
 * @param shape of the linear layers
 * @param heads their key heads
 * @param valueHeads their value heads
 * @param experts how many there are
 * @param layers how many blocks there are
 */
public record GgufQwenNames(QwenNames.Shape shape, int heads, int valueHeads, ExpertStack experts, int layers)
        implements TensorNames {
    /** What only these files call so. */
    private static final Map<String, String> RENAMED = Map.ofEntries(
            Map.entry("post_attention_layernorm.weight", "post_attention_norm.weight"),
            Map.entry("self_attn.q_norm.weight", "attn_q_norm.weight"),
            Map.entry("self_attn.k_norm.weight", "attn_k_norm.weight"),
            Map.entry("linear_attn.g_proj.weight", "attn_gate.weight"),
            Map.entry("linear_attn.dt_bias", "ssm_dt.bias"),
            Map.entry("linear_attn.o_norm.weight", "ssm_norm.weight"),
            Map.entry("linear_attn.o_proj.weight", "ssm_out.weight"),
            Map.entry("mlp.shared_expert.gate_proj.weight", "ffn_gate_shexp.weight"),
            Map.entry("mlp.shared_expert.up_proj.weight", "ffn_up_shexp.weight"),
            Map.entry("mlp.shared_expert.down_proj.weight", "ffn_down_shexp.weight"),
            Map.entry("mlp.shared_expert_gate.weight", "ffn_gate_inp_shexp.weight"));

    /** For linear layers of these sizes. */
    public static GgufQwenNames of(DeltaConfig linear, ExpertStack experts, int layers) {
        return new GgufQwenNames(QwenNames.Shape.of(linear), linear.heads(), linear.valueHeads(), experts, layers);
    }

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
            case "linear_attn.q_proj.weight", "linear_attn.k_proj.weight", "linear_attn.v_proj.weight" ->
                List.of(WeightSource.rows(block + "attn_qkv.weight", first(part), shape.all(), dims[1]));
            case "linear_attn.q_conv1d.weight", "linear_attn.k_conv1d.weight", "linear_attn.v_conv1d.weight" ->
                List.of(WeightSource.rows(block + "ssm_conv1d.weight", first(part), shape.all(), dims[1]));
            case "linear_attn.A_log" -> List.of(GgufNames.logDecay(block + "ssm_a", valueHeads));
            case "linear_attn.b_proj.weight" ->
                List.of(WeightSource.of(block + "ssm_beta.weight", dims), fused(block, dims[1], 0));
            case "linear_attn.a_proj.weight" ->
                List.of(WeightSource.of(block + "ssm_alpha.weight", dims), fused(block, dims[1], 1));
            default -> List.of(WeightSource.of(block + GgufNames.inside(part, RENAMED), dims));
        };
    }

    private int first(String part) {
        return shape.first(part.substring("linear_attn.".length()));
    }

    /** Rows of b (0) or a (1) of a projection that has, for each key head, its b and then its a. */
    private WeightSource fused(String block, int width, int which) {
        int group = valueHeads / heads;
        return new WeightSource.Made(
                List.of(block + "ssm_ba.weight"), List.of(List.of(2 * valueHeads, width)), tensors -> {
                    float[] rows = new float[valueHeads * width];
                    for (int head = 0; head < heads; head++) {
                        int from = (2 * head + which) * group * width;
                        System.arraycopy(tensors.getFirst(), from, rows, head * group * width, group * width);
                    }
                    return rows;
                });
    }

    @Override
    public String ignored(String name) {
        return GgufNames.ignored(name, layers);
    }
}
