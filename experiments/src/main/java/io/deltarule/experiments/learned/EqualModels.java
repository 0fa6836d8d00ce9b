package io.deltarule.experiments.learned;

import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.training.TrainableModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Models that differ in what mixes tokens and agree in everything else, number of parameters included: the feed-forward part of each
 * is as wide as makes it so.
 *
 * @param hidden width of the rows
 * @param layers blocks
 * @param vocab ids
 */
record EqualModels(int hidden, int layers, int vocab) {
    private static final int HEADS = 4;

    /** Every contender; the Transformer, whose mixer has the fewest, sets the number of parameters. */
    List<Contender> all() {
        String head = Integer.toString(hidden / HEADS);
        String heads = Integer.toString(HEADS);
        String everyLayer =
                IntStream.range(0, layers).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        Map<String, String> attention =
                Map.of("num_heads", heads, "attn", "{\"layers\": [" + everyLayer + "], \"num_heads\": " + HEADS + "}");
        int widest = 3 * hidden;
        long goal = parameters("delta_net", attention, widest);
        Map<String, String> perHead =
                Map.of("num_heads", heads, "num_v_heads", heads, "head_dim", head, "expand_v", "1.0");
        return List.of(
                equal(
                        "DeltaLens",
                        3,
                        "deltalens",
                        Map.of("num_heads", heads, "head_k_dim", head, "head_v_dim", head),
                        goal),
                equal("Gated DeltaNet", 0, "gated_deltanet", perHead, goal),
                equal("DeltaNet", 1, "delta_net", Map.of("num_heads", heads), goal),
                equal("KDA", 2, "kda", perHead, goal),
                new Contender("Transformer", 4, config("delta_net", attention, widest)));
    }

    private Contender equal(String name, int colour, String type, Map<String, String> keys, long goal) {
        long none = parameters(type, keys, 1);
        long perWidth = parameters(type, keys, 2) - none;
        int width = (int) Math.max(1, 1 + Math.round((goal - none) / (double) perWidth));
        return new Contender(name, colour, config(type, keys, width));
    }

    private long parameters(String type, Map<String, String> keys, int width) {
        return TrainableModel.of(config(type, keys, width)).parameters();
    }

    private String config(String type, Map<String, String> keys, int width) {
        Map<String, String> all = new LinkedHashMap<>(keys);
        return ModelTemplates.config(type, new ModelTemplates.Sizes(hidden, width, layers, vocab, true), all);
    }
}
