package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Olmo Hybrid's names, old and new. The three convolutions may be one, or the pieces of one: a file may cut it where q, k and
 * v meet, or in three equal parts, so they are read as one in either case.
 *
 * @param keys width of the linear layers' queries, and of their keys
 * @param values width of their values
 * @param tied whether the head uses the embedding's weight
 * @param stored which tensors there are
 */
public record OlmoNames(int keys, int values, boolean tied, StoredTensors stored) implements TensorNames {
    private static final Map<String, String> OLDER = Map.of(
            "input_layernorm.weight", "attention_layer_norm.weight",
            "post_attention_layernorm.weight", "feedforward_layer_norm.weight");

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        if (weight.endsWith("_conv1d.weight")) {
            return convolution(weight, dims);
        }
        List<WeightSource> sources = new ArrayList<>();
        OLDER.forEach((newer, older) -> {
            if (weight.endsWith("." + newer)) {
                sources.add(WeightSource.of(weight.substring(0, weight.length() - newer.length()) + older, dims));
            }
        });
        sources.add(WeightSource.of(weight, dims));
        return sources;
    }

    private List<WeightSource> convolution(String weight, int[] dims) {
        int at = weight.lastIndexOf('.', weight.length() - "_conv1d.weight".length()) + 1;
        String layer = weight.substring(0, at);
        int first = switch (weight.charAt(at)) {
            case 'q' -> 0;
            case 'k' -> keys;
            default -> 2 * keys;
        };
        int[] all = {2 * keys + values, 1, dims[1]};
        List<String> three = List.of(layer + "q_conv1d.weight", layer + "k_conv1d.weight", layer + "v_conv1d.weight");
        return List.of(WeightSource.rows(three, first, all), WeightSource.rows(layer + "conv1d.weight", first, all));
    }

    @Override
    public String ignored(String name) {
        return tied && name.equals(HEAD) ? TIED_HEAD : null;
    }
}
