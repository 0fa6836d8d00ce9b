package io.deltarule.models.format.weights;

import io.deltarule.models.DeltaConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Qwen's names: one convolution over q, k and v; in Qwen3.5 one projection for the three of them; experts one by one or
 * stacked in one tensor; {@code model.language_model.} before the text's weights where there is a vision part.
 *
 * @param shape of the linear layers
 * @param experts how many there are
 * @param tied whether the head uses the embedding's weight
 * @param stacked whether today's writers stack experts
 * @param stored which tensors there are
 */
public record QwenNames(Shape shape, ExpertStack experts, boolean tied, boolean stacked, StoredTensors stored)
        implements TensorNames {
    private static final String LINEAR = "linear_attn.";
    private static final String PREFIX = "model.";
    private static final String NESTED_PREFIX = "model.language_model.";

    private static final Map<String, String> RENAMED = Map.of(
            "b_proj.weight", "in_proj_b.weight",
            "a_proj.weight", "in_proj_a.weight",
            "g_proj.weight", "in_proj_z.weight",
            "o_norm.weight", "norm.weight",
            "o_proj.weight", "out_proj.weight");

    /**
     * Widths of the linear layers' queries (or keys) and values.
     *
     * @param keys H·K
     * @param values HV·V
     */
    public record Shape(int keys, int values) {
        /** Those of layers with these heads. */
        public static Shape of(DeltaConfig linear) {
            return new Shape(linear.keyWidth(), linear.valueWidth());
        }

        int all() {
            return 2 * keys + values;
        }

        /** The first row of q, k or v among all three. */
        int first(String part) {
            return switch (part.charAt(0)) {
                case 'q' -> 0;
                case 'k' -> keys;
                default -> 2 * keys;
            };
        }
    }

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        List<WeightSource> sources = new ArrayList<>();
        String prefix = stored.contains(NESTED_PREFIX + "embed_tokens.weight") ? NESTED_PREFIX : PREFIX;
        String name = weight.startsWith(PREFIX) ? prefix + weight.substring(PREFIX.length()) : weight;
        int linear = name.indexOf(LINEAR);
        if (linear >= 0) {
            int end = linear + LINEAR.length();
            sources.add(linear(name.substring(0, end), name.substring(end), dims));
        } else if (ExpertStack.holds(name)) {
            WeightSource stack = experts.source(name, dims);
            sources.add(stacked ? stack : WeightSource.of(name, dims));
            sources.add(stacked ? WeightSource.of(name, dims) : stack);
        } else {
            sources.add(WeightSource.of(name, dims));
        }
        return sources;
    }

    private WeightSource linear(String layer, String part, int[] dims) {
        return switch (part) {
            case "q_proj.weight", "k_proj.weight", "v_proj.weight" ->
                WeightSource.rows(layer + "in_proj_qkv.weight", shape.first(part), shape.all(), dims[1]);
            case "q_conv1d.weight", "k_conv1d.weight", "v_conv1d.weight" ->
                WeightSource.rows(layer + "conv1d.weight", shape.first(part), shape.all(), 1, dims[1]);
            default -> WeightSource.of(layer + RENAMED.getOrDefault(part, part), dims);
        };
    }

    @Override
    public String ignored(String name) {
        if (tied && name.equals(HEAD)) {
            return TIED_HEAD;
        }
        if (name.startsWith("model.visual.") || name.startsWith("visual.")) {
            return "part of the vision model";
        }
        return name.startsWith("mtp.") || name.startsWith("model.mtp.") ? "drafts further tokens" : null;
    }
}
