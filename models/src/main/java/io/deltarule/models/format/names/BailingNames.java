package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.ExpertStack;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ling 3.0's names.
 *
 * @param experts how many there are, 0 for none
 * @param latent of each layer whether it is latent attention
 * @param tied whether the head uses the embedding's weight
 */
public record BailingNames(ExpertStack experts, List<Boolean> latent, boolean tied) implements TensorNames {
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.*)");
    private static final String ATTENTION = "attention.";

    private static final Map<String, String> LATENT =
            Map.of("o_proj.weight", "dense.weight", "o_gate_proj.weight", "g_proj.weight");

    private static final Map<String, String> LINEAR = Map.of(
            "f_proj.0.weight", "f_a_proj.weight",
            "f_proj.1.weight", "f_b_proj.weight",
            "g_proj.0.weight", "g_a_proj.weight",
            "g_proj.1.weight", "g_b_proj.weight");

    /** Copies the list. */
    public BailingNames {
        latent = List.copyOf(latent);
    }

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        Matcher layer = LAYER.matcher(weight);
        if (!layer.matches()) {
            return List.of(WeightSource.of(weight, dims));
        }
        String part = layer.group(2);
        String before = weight.substring(0, weight.length() - part.length());
        if (part.startsWith(ATTENTION)) {
            Map<String, String> renamed = latent.get(Integer.parseInt(layer.group(1))) ? LATENT : LINEAR;
            String own = part.substring(ATTENTION.length());
            String name = before + ATTENTION + renamed.getOrDefault(own, own);
            return List.of(
                    own.endsWith("_conv1d.weight")
                            ? WeightSource.of(name, dims[0], 1, dims[1])
                            : WeightSource.of(name, dims));
        }
        if (ExpertStack.holds(weight)) {
            return List.of(WeightSource.of(weight, dims), experts.source(weight, dims));
        }
        return List.of(WeightSource.of(weight.replace("e_score_correction_bias", "expert_bias"), dims));
    }

    @Override
    public String ignored(String name) {
        if (tied && name.equals(HEAD)) {
            return TIED_HEAD;
        }
        Matcher layer = LAYER.matcher(name);
        boolean after =
                layer.matches() && layer.group(1).length() < 10 && Long.parseLong(layer.group(1)) >= latent.size();
        return after || name.startsWith("mtp.") || name.startsWith("model.mtp.") ? "drafts further tokens" : null;
    }
}
