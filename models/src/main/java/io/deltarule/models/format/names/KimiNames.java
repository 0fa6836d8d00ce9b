package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kimi Linear's names: those of its own code, which published files have, and those that transformers has inside.
 *
 * @param experts how many there are
 * @param tied whether the head uses the embedding's weight
 */
public record KimiNames(ExpertStack experts, boolean tied) implements TensorNames {
    private static final String ATTENTION = "self_attn.";
    private static final String FEED = "mlp.";
    private static final String OWN_FEED = "block_sparse_moe.";

    private static final Map<String, String> RENAMED = Map.of(
            "f_proj.0.weight", "f_a_proj.weight",
            "f_proj.1.weight", "f_b_proj.weight",
            "g_proj.0.weight", "g_a_proj.weight",
            "g_proj.1.weight", "g_b_proj.weight");

    private static final Map<String, String> EXPERT = Map.of("gate_proj", "w1", "down_proj", "w2", "up_proj", "w3");

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        int attention = weight.indexOf(ATTENTION);
        int feed = weight.indexOf(FEED);
        if (attention >= 0) {
            int end = attention + ATTENTION.length();
            return attention(weight.substring(0, end), weight.substring(end), dims);
        }
        if (feed >= 0) {
            int end = feed + FEED.length();
            return feedForward(weight.substring(0, feed), weight.substring(end), dims);
        }
        return List.of(WeightSource.of(weight, dims));
    }

    private static List<WeightSource> attention(String layer, String part, int[] dims) {
        if (part.endsWith("_conv1d.weight")) {
            int width = dims[0];
            int first = "qkv".indexOf(part.charAt(0)) * width;
            return List.of(
                    WeightSource.of(layer + part, width, 1, dims[1]),
                    WeightSource.rows(layer + "conv1d.weight", first, 3 * width, 1, dims[1]));
        }
        String own = RENAMED.getOrDefault(part, part);
        boolean decay = part.startsWith("f_proj") || part.equals("A_log") || part.equals("dt_bias");
        int[] shape = part.equals("A_log") ? new int[] {1, 1, dims[0], 1} : dims;
        WeightSource source = WeightSource.of(layer + own, shape);
        return decay ? List.of(source, WeightSource.of(layer + "forget_gate." + own, shape)) : List.of(source);
    }

    private List<WeightSource> feedForward(String layer, String part, int[] dims) {
        List<WeightSource> sources = new ArrayList<>();
        for (String prefix : List.of(layer + OWN_FEED, layer + FEED)) {
            if (part.startsWith("experts.")) {
                int last = part.lastIndexOf('.', part.length() - ".weight".length() - 1);
                String kind = part.substring(last + 1, part.length() - ".weight".length());
                String numbered = part.substring(0, last + 1);
                sources.add(WeightSource.of(prefix + numbered + EXPERT.get(kind) + ".weight", dims));
                sources.add(experts.source(prefix + part, dims));
            }
            sources.add(WeightSource.of(prefix + part, dims));
        }
        return sources;
    }

    @Override
    public String ignored(String name) {
        if (tied && name.equals(HEAD)) {
            return TIED_HEAD;
        }
        return name.startsWith("mtp.") || name.startsWith("model.mtp.") ? "drafts further tokens" : null;
    }
}
