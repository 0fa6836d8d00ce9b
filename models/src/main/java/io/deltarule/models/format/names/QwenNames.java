package io.deltarule.models.format.names;

import io.deltarule.models.DeltaConfig;
import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Qwen's names: one convolution over q, k and v; in Qwen3.5 one projection for the three of them; experts one by one or
 * stacked in one tensor; {@code model.language_model.} before the text's weights where there is a vision part, or whatever else
 * holds the text model as a part.
 *
 * @param shape of the linear layers
 * @param experts how many there are
 * @param tied whether the head uses the embedding's weight
 * @param stacked whether today's writers stack experts
 * @param prefix what stands before the names of the body's tensors, {@code model.} as a rule
 */
public record QwenNames(Shape shape, ExpertStack experts, boolean tied, boolean stacked, String prefix)
        implements TensorNames {
    private static final String LINEAR = "linear_attn.";
    private static final String PREFIX = "model.";
    private static final String GATE = "mlp.gate_proj.weight";
    private static final String UP = "mlp.up_proj.weight";

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

    /** Those of a folder. */
    public static QwenNames of(Shape shape, ExpertStack experts, boolean tied, boolean stacked, StoredTensors stored) {
        String prefix = stored.prefix("embed_tokens.weight", PREFIX);
        return new QwenNames(shape, experts, tied, stacked, prefix);
    }

    /** The head's name in a folder of these tensors. */
    public static String head(StoredTensors stored) {
        String outside = outside(stored.prefix("embed_tokens.weight", PREFIX)) + HEAD;
        return stored.contains(HEAD) ? HEAD : outside;
    }

    /** What stands before the head's name where the body's has this prefix. */
    private static String outside(String prefix) {
        return prefix.endsWith("." + PREFIX) ? prefix.substring(0, prefix.length() - PREFIX.length()) : "";
    }

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        if (weight.equals(HEAD)) {
            return List.of(WeightSource.of(HEAD, dims), WeightSource.of(outside(prefix) + HEAD, dims));
        }
        List<WeightSource> sources = new ArrayList<>();
        String name = weight.startsWith(PREFIX) ? prefix + weight.substring(PREFIX.length()) : weight;
        int linear = name.indexOf(LINEAR);
        if (linear >= 0) {
            int end = linear + LINEAR.length();
            sources.add(linear(name.substring(0, end), name.substring(end), dims));
        } else if (ExpertStack.holds(name)) {
            WeightSource stack = experts.source(name, dims);
            sources.add(stacked ? stack : WeightSource.of(name, dims));
            sources.add(stacked ? WeightSource.of(name, dims) : stack);
            sources.add(experts.switched(name, dims));
        } else {
            sources.add(WeightSource.of(name, dims));
            if (name.endsWith("." + GATE) || name.endsWith("." + UP)) { // merging tools leave them as one
                String fused = name.substring(0, name.lastIndexOf("mlp.")) + "mlp.gate_up_proj.weight";
                long first = name.endsWith(GATE) ? 0 : dims[0];
                sources.add(WeightSource.rows(fused, first, 2 * dims[0], dims[1]));
            }
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
        String own = outside(prefix);
        String part = name.startsWith(own) ? name.substring(own.length()) : name;
        if (tied && part.equals(HEAD)) {
            return TIED_HEAD;
        }
        String inside = part.startsWith(PREFIX) ? part.substring(PREFIX.length()) : part;
        if (inside.startsWith("visual.") || inside.startsWith("vision_tower.") || name.startsWith("vision_tower.")) {
            return "part of the vision model";
        }
        return inside.startsWith("mtp.") || name.startsWith("mtp.") ? "drafts further tokens" : null;
    }
}
