package io.deltarule.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.models.format.ModelTemplates;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models as training sees them. */
class TrainableModelTest {
    static Set<String> types() {
        return ModelTemplates.types();
    }

    private static TrainableModel model(String type, Map<String, String> keys) {
        return TrainableModel.of(ModelTemplates.config(type, keys));
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyWeightHasARoleAndOneAxisDoesNotDecay(String type) {
        TrainableModel model = model(type, Map.of());
        Map<String, int[]> weights = model.loss().weights();
        assertEquals(weights.keySet(), model.roles().keySet());
        weights.forEach(
                (name, dims) -> assertEquals(dims.length > 1, model.role(name).decayed(), name));
        assertTrue(model.loss().ops().getLast() instanceof MatrixOp.CrossEntropy);
    }

    @ParameterizedTest
    @MethodSource("types")
    void cutsAreWhereBlocksBegin(String type) {
        TrainableModel model = model(type, Map.of());
        List<LayerOp> ops = model.loss().ops();
        List<Integer> cuts = model.blockBeginnings();
        assertEquals(model.blocks() - 1, cuts.size());
        for (int i = 0; i < cuts.size(); i++) {
            LayerOp first = ops.get(cuts.get(i));
            assertTrue(first.out().name().contains("layers." + (i + 1) + "."), first.toString());
            // all that crosses is the row that the block before hands on, as a rule
            Set<String> before = ops.subList(0, cuts.get(i)).stream()
                    .flatMap(op -> op.writes().stream())
                    .map(slot -> slot.name())
                    .collect(Collectors.toSet());
            Set<String> crossing = ops.subList(cuts.get(i), ops.size()).stream()
                    .flatMap(op -> op.reads().stream())
                    .map(slot -> slot.name())
                    .filter(before::contains)
                    .collect(Collectors.toSet());
            Set<String> expected =
                    new HashSet<>(Set.of(ops.get(cuts.get(i) - 1).out().name()));
            if (type.equals("rwkv7")) { // all later layers read the first one's values
                expected.add("model.layers.0.attn.v_proj");
            }
            assertEquals(expected, crossing);
        }
    }

    @Test
    void theHeadSharesATiedEmbedding() {
        TrainableModel tied = model("kda", Map.of("tie_word_embeddings", "true"));
        assertTrue(tied.isTied());
        assertEquals(WeightRole.EMBEDDING, tied.role("model.embeddings.weight"));
        assertFalse(tied.roles().containsKey("lm_head.weight"));
        assertFalse(model("kda", Map.of()).isTied());
    }

    @Test
    void whatOnlyChoosesIsNotTrained() {
        try (ModelWeights weights = new ModelWeights(model("kimi_linear", Map.of()), name -> true)) {
            assertTrue(weights.frozen().layout().entries().stream()
                    .allMatch(e -> e.name().endsWith("e_score_correction_bias")));
            assertEquals(3, weights.frozen().layout().entries().size());
        }
        TrainableModel plain = model("kda", Map.of());
        assertThrows(InvalidInputException.class, () -> new ModelWeights(plain, name -> false));
    }

    private record Moments(double mean, double deviation, double least, double most) {
        static Moments of(Tensor tensor) {
            double[] all = IntStream.range(0, (int) tensor.size())
                    .mapToDouble(tensor::get)
                    .toArray();
            double mean = IntStream.range(0, all.length)
                    .mapToDouble(i -> all[i])
                    .average()
                    .orElseThrow();
            double squares = IntStream.range(0, all.length)
                    .mapToDouble(i -> (all[i] - mean) * (all[i] - mean))
                    .average()
                    .orElseThrow();
            return new Moments(
                    mean,
                    Math.sqrt(squares),
                    IntStream.range(0, all.length)
                            .mapToDouble(i -> all[i])
                            .min()
                            .orElseThrow(),
                    IntStream.range(0, all.length)
                            .mapToDouble(i -> all[i])
                            .max()
                            .orElseThrow());
        }
    }

    @Test
    void initialNumbersAreSpreadAsTheyAreSaidToBe() {
        TrainableModel model = model("kda", Map.of("hidden_size", "128", "num_heads", "64"));
        try (ModelWeights weights = new ModelWeights(model, name -> true)) {
            weights.initialise(model, new InitialWeights(7, 0.02));
            String layer = "model.layers.1.attn.";
            near(0.02, weights, "model.embeddings.weight");
            near(0.02, weights, layer + "q_proj.weight");
            near(0.02 / Math.sqrt(6), weights, layer + "o_proj.weight");
            near(0.02 / Math.sqrt(6), weights, "model.layers.2.mlp.down_proj.weight");
            near(1 / Math.sqrt(4) / Math.sqrt(3), weights, layer + "q_conv1d.weight");
            Moments norm = of(weights, "model.norm.weight");
            assertEquals(1, norm.least());
            assertEquals(1, norm.most());
            assertEquals(0, of(weights, layer + "g_proj.1.bias").most());
            Moments aLog = of(weights, layer + "A_log");
            assertTrue(aLog.least() >= 0 && aLog.most() <= Math.log(16) && aLog.most() > 2.5, aLog.toString());
            Moments bias = of(weights, layer + "dt_bias");
            double least = Math.log1p(Math.exp(bias.least()));
            double most = Math.log1p(Math.exp(bias.most()));
            assertTrue(least > 0.000999 && least < 0.0012 && most < 0.10001 && most > 0.09, least + " " + most);
            weights.initialise(model, new InitialWeights(7, 0));
            near(1 / Math.sqrt(128), weights, layer + "q_proj.weight");
            near(1, weights, "model.embeddings.weight");
        }
    }

    private static Moments of(ModelWeights weights, String name) {
        return Moments.of(weights.trained().tensor(name));
    }

    /** Within what chance does to the deviation of a few thousand numbers. */
    private static void near(double deviation, ModelWeights weights, String name) {
        Moments found = of(weights, name);
        double error =
                5 / Math.sqrt(2.0 * weights.trained().layout().entry(name).size());
        assertEquals(1, found.deviation() / deviation, error, name);
        assertEquals(0, found.mean() / deviation, 2 * error, name);
    }

    @Test
    void zeroCentredNormsBeginWithZeroAndSeedsCount() {
        TrainableModel model = model("qwen3_5_text", Map.of());
        try (ModelWeights a = new ModelWeights(model, name -> true);
                ModelWeights b = new ModelWeights(model, name -> true)) {
            a.initialise(model, new InitialWeights(1, 0.02));
            b.initialise(model, new InitialWeights(1, 0.02));
            assertEquals(-1, a.trained().data().mismatch(b.trained().data()), "equal seeds, equal numbers");
            assertEquals(WeightRole.ZERO_CENTRED_NORM, model.role("model.norm.weight"));
            assertEquals(0, of(a, "model.norm.weight").most());
            b.initialise(model, new InitialWeights(2, 0.02));
            assertTrue(a.trained().data().mismatch(b.trained().data()) >= 0);
        }
    }

    /** As their authors begin: channel 0 of a mix is the token before alone, late layers mix less, adapters say nothing yet. */
    @Test
    void rwkvsOwnWeightsBeginByLayerAndChannel() {
        TrainableModel model = model("rwkv7", Map.of("hidden_size", "32", "num_hidden_layers", "4"));
        try (ModelWeights weights = new ModelWeights(model, name -> true)) {
            weights.initialise(model, new InitialWeights(1, 0));
            Tensor early = weights.trained().tensor("model.layers.0.attn.x_w");
            Tensor late = weights.trained().tensor("model.layers.3.attn.x_w");
            assertEquals(1, early.get(0));
            assertEquals(1 - Math.pow(0.5, 0.9), early.get(16), 1e-6);
            assertEquals(1 - Math.pow(0.5, 0.9 / 4), late.get(16), 1e-6);
            assertEquals(
                    1 - Math.pow(0.5, 1 / 256.0),
                    weights.trained().tensor("model.layers.3.ffn.x_k").get(16),
                    1e-6);
            Tensor decay = weights.trained().tensor("model.layers.0.attn.w_lora.lora.2.bias");
            assertEquals(-5.5 - 2.5, decay.get(0), 1e-5);
            assertEquals(0.5 + 2.5, decay.get(31), 1e-5);
            assertEquals(
                    Math.pow(0.75, 0.7),
                    weights.trained()
                            .tensor("model.layers.2.attn.g_norm.weight")
                            .get(5),
                    1e-6);
            for (String zero : List.of("attn.o_proj.weight", "ffn.value.weight", "attn.g_lora.lora.0.weight")) {
                Tensor tensor = weights.trained().tensor("model.layers.1." + zero);
                assertTrue(IntStream.range(0, (int) tensor.size()).allMatch(i -> tensor.get(i) == 0), zero);
            }
            assertEquals(
                    0.73 + 0.2,
                    weights.trained()
                            .tensor("model.layers.1.attn.v_lora.lora.2.bias")
                            .get(0),
                    1e-6);
        }
    }
}
