package io.deltarule.bench.workload;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.models.DeltaConfig;
import io.deltarule.models.GatedDeltaNetLayer;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The operations of a layer, or of a hybrid language model. The layer is Gated DeltaNet; the model is a Qwen3.5 of other
 * sizes: three Gated DeltaNet blocks, then one of attention with a fused gate, normed heads and a rotary quarter; one table
 * as embedding and head.
 *
 * @param body from slot ids, or from rows where it is a layer, to the last rows
 * @param head from these to logits; null where it is a layer
 */
public record NetworkProgram(LayerProgram body, LayerProgram head) {
    /** The operations of a network of some size. */
    public static NetworkProgram of(NetworkSize size) {
        if (size.isLayer()) {
            DeltaConfig heads = DeltaConfig.of(size.hidden(), size.heads(), size.headSize(), size.headSize());
            return new NetworkProgram(new GatedDeltaNetLayer(heads).program(""), null);
        }
        List<LayerProgram> programs = RandomModel.programs(ModelTemplates.config("qwen3_5_text", config(size)));
        return new NetworkProgram(programs.getFirst(), programs.getLast());
    }

    /** What the config of such a model says otherwise than the template. */
    private static Map<String, String> config(NetworkSize size) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("hidden_size", Integer.toString(size.hidden()));
        keys.put("num_hidden_layers", Integer.toString(size.blocks()));
        keys.put("vocab_size", Integer.toString(size.vocab()));
        keys.put("intermediate_size", Integer.toString(size.intermediate()));
        keys.put("num_attention_heads", Integer.toString(Math.max(2, size.hidden() / size.headSize())));
        keys.put("num_key_value_heads", "2");
        keys.put("head_dim", Integer.toString(2 * size.headSize()));
        for (String heads : List.of("linear_num_key_heads", "linear_num_value_heads")) {
            keys.put(heads, Integer.toString(size.heads()));
        }
        for (String channels : List.of("linear_key_head_dim", "linear_value_head_dim")) {
            keys.put(channels, Integer.toString(size.headSize()));
        }
        keys.put("rope_parameters", "{\"rope_theta\": 1e7, \"partial_rotary_factor\": 0.25}");
        keys.put("tie_word_embeddings", "true");
        keys.put(
                "layer_types",
                IntStream.range(0, size.blocks())
                        .mapToObj(block -> size.attends(block) ? "\"full_attention\"" : "\"linear_attention\"")
                        .collect(Collectors.joining(", ", "[", "]")));
        return keys;
    }

    /** All of it, in the order in which it runs. */
    List<LayerProgram> programs() {
        return head == null ? List.of(body) : List.of(body, head);
    }

    /** Names and shapes of all weights. */
    Map<String, int[]> weights() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        programs().forEach(program -> shapes.putAll(program.weights()));
        return shapes;
    }

    /**
     * Bytes of bfloat16 weights that a run reads, each once.
     *
     * @param withHead whether it goes on to logits, which read the table
     */
    public double weightBytes(boolean withHead) {
        return weights().entrySet().stream()
                .filter(weight -> withHead || head == null || !head.weights().containsKey(weight.getKey()))
                .mapToDouble(weight -> Short.BYTES
                        * Arrays.stream(weight.getValue()).asDoubleStream().reduce(1, (a, b) -> a * b))
                .sum();
    }

    /** Floating-point operations of the projections, per token. */
    double flopsPerToken(boolean withHead) {
        return flops(body) + (withHead && head != null ? flops(head) : 0);
    }

    private static double flops(LayerProgram program) {
        return program.ops().stream()
                .filter(MatrixOp.Linear.class::isInstance)
                .map(MatrixOp.Linear.class::cast)
                .mapToDouble(l -> 2.0 * l.in().width() * l.out().width())
                .sum();
    }
}
