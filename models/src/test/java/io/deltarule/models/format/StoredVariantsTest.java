package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same numbers under other names, in other shapes or among others give the same logits to the last bit. */
class StoredVariantsTest {
    private static final long[] IDS = {3, 1, 4, 1, 5, 9, 2, 6};

    @TempDir
    private Path folder;

    private float[] logits() {
        try (ModelFolder model = ModelFolder.open(folder);
                ModelRun run = new ModelRun(model, new CpuEngine(1), IDS.length)) {
            return run.logits(IDS).toArray();
        }
    }

    private void make(String type) {
        RandomModel.write(folder, ModelTemplates.config(type, Map.of()), new RandomModel.Options(WeightType.F32, 3, 1));
    }

    private TensorEdit edit() {
        return TensorEdit.of(folder.resolve("model.safetensors"));
    }

    @BeforeEach
    void nothingYet() {
        assertEquals(0, folder.toFile().list().length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gated_deltanet", "delta_net"})
    void flashLinearAttentionOfEarly2025(String type) {
        make(type);
        float[] expected = logits();
        TensorEdit edit = edit();
        boolean gated = type.equals("gated_deltanet");
        for (int i = 0; i < 3; i++) {
            String layer = "model.layers." + i + ".";
            edit.append(layer + "mlp.gate_proj.weight", layer + "mlp.up_proj.weight");
            if (gated) {
                edit.zeros(layer + "attn.D", Dtype.F32, 2);
            }
        }
        edit.write();
        assertArrayEquals(expected, logits());
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertEquals(gated ? 3 : 0, model.ignored().size());
        }
    }

    /** Taps before the axis of length 1, norms as factors, experts stacked by kind. */
    private TensorEdit asMlxWrites() {
        TensorEdit edit = edit().format("mlx");
        for (String name : edit.names()) {
            boolean zeroCentred = name.endsWith("layernorm.weight")
                    || name.endsWith("model.norm.weight")
                    || name.endsWith("q_norm.weight")
                    || name.endsWith("k_norm.weight");
            if (zeroCentred) {
                edit.add(name, 1);
            } else if (name.endsWith("conv1d.weight")) {
                edit.reshape(name, edit.shape(name).get(0), edit.shape(name).get(2), 1);
            }
        }
        for (int layer = 0; layer < 4; layer++) {
            String mlp = "model.layers." + layer + ".mlp.";
            for (String part : List.of("gate_proj.weight", "up_proj.weight", "down_proj.weight")) {
                String first = mlp + "experts.0." + part;
                if (edit.names().contains(first)) {
                    List<Long> shape = edit.shape(first);
                    for (int e = 1; e < 6; e++) {
                        edit.append(first, mlp + "experts." + e + "." + part);
                    }
                    edit.reshape(first, 6, shape.get(0), shape.get(1)).rename(first, mlp + "switch_mlp." + part);
                }
            }
        }
        return edit;
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3_5_text", "qwen3_next"})
    void whatMlxConverted(String type) {
        make(type);
        float[] expected = logits();
        asMlxWrites().write();
        near(expected, logits());
        // a text model as a part of another, as mlx names it; the file may have lost who wrote it
        asNested("language_model.").format("pt").write();
        near(expected, logits());
    }

    /** Norms are rounded once more when 1 is added to them. */
    private static void near(float[] expected, float[] found) {
        double error = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            error += Math.pow(found[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        assertTrue(Math.sqrt(error / size) < 2e-6, "ratio " + Math.sqrt(error / size));
    }

    private TensorEdit asNested(String before) {
        return edit().renameAll(name -> before + name);
    }

    @Test
    void whatMlxConvertedByHalvesIsRefused() {
        make("qwen3_5_text");
        TensorEdit moved = edit().format("mlx");
        for (String name : moved.names()) {
            if (name.endsWith("conv1d.weight")) {
                moved.reshape(name, moved.shape(name).get(0), 4, 1);
            }
        }
        moved.write();
        refused("MLX", "[channels, taps, 1] and norms around -0.0");
        TensorEdit back = asMlxWrites(); // norms are factors now; convolutions are put back
        for (String name : back.names()) {
            if (name.endsWith("conv1d.weight")) {
                back.reshape(name, back.shape(name).get(0), 1, 4);
            }
        }
        back.write();
        refused("MLX", "[channels, 1, taps] and norms around 0.99");
        edit().format("mlx").rename("model.norm.weight", "model.other.weight").write();
        TensorEdit shifted = edit();
        shifted.names().stream().filter(n -> n.endsWith("layernorm.weight")).forEach(n -> shifted.add(n, -1));
        shifted.format("mlx").write();
        refused("metadata format: mlx", "model.other.weight");
    }

    private void refused(String... parts) {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> ModelFolder.open(folder).close())
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in " + message);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.language_model.",
                "language_model.model.",
                "model.language_model.language_model.language_model."
            })
    void aTextModelThatIsAPart(String prefix) {
        make("qwen3_5_text");
        float[] expected = logits();
        edit().renameAll(name -> name.startsWith("model.") ? prefix + name.substring("model.".length()) : name)
                .write();
        assertArrayEquals(expected, logits());
        if (prefix.equals("language_model.model.")) {
            edit().rename("lm_head.weight", "language_model.lm_head.weight")
                    .zeros("vision_tower.blocks.0.weight", Dtype.BF16, 3)
                    .zeros("language_model.mtp.fc.weight", Dtype.BF16, 3)
                    .write();
            assertArrayEquals(expected, logits());
        }
    }

    @Test
    void qwensGateAndUpInOnePiece() {
        make("qwen3_5_text");
        float[] expected = logits();
        TensorEdit edit = edit();
        for (int i = 0; i < 4; i++) {
            String mlp = "model.layers." + i + ".mlp.";
            edit.append(mlp + "gate_proj.weight", mlp + "up_proj.weight")
                    .rename(mlp + "gate_proj.weight", mlp + "gate_up_proj.weight");
        }
        edit.write();
        assertArrayEquals(expected, logits());
    }

    /** Keys as other libraries have them. */
    @Test
    void kimisKeysUnderOtherNames() throws IOException {
        make("kimi_linear");
        float[] expected = logits();
        Path config = folder.resolve("config.json");
        String text = Files.readString(config)
                .replace("num_experts_per_token", "num_experts_per_tok")
                .replace("\"num_experts\"", "\"num_local_experts\"")
                .replace("num_shared_experts", "n_shared_experts")
                .replace("moe_renormalize", "norm_topk_prob")
                .replace("model_max_length", "max_position_embeddings");
        Files.writeString(config, text);
        assertArrayEquals(expected, logits());
        Files.writeString(config, text.replace("\"n_shared_experts\" : 1", "\"n_shared_experts\" : 2"));
        refused("shared_experts");
    }

    @Test
    void visionAndDraftsAreSkipped() {
        make("qwen3_5");
        float[] expected = logits();
        edit().zeros("model.visual.blocks.0.attn.qkv.weight", Dtype.BF16, 3, 5)
                .zeros("mtp.fc.weight", Dtype.I32, 7)
                .write();
        assertArrayEquals(expected, logits());
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertEquals("drafts further tokens", model.ignored().get("mtp.fc.weight"));
            assertEquals(2, model.ignored().size());
        }
    }

    @Test
    void axesOfLengthOneComeAndGo() {
        make("kimi_linear");
        float[] expected = logits();
        edit().reshape("model.layers.0.self_attn.A_log", 4)
                .reshape("model.layers.0.self_attn.dt_bias", 4, 16)
                .reshape("model.layers.1.self_attn.q_conv1d.weight", 64, 4)
                .write();
        assertArrayEquals(expected, logits());
    }

    @Test
    void olmosConvolutionsInOnePieceOrCutWhereQueriesKeysAndValuesMeet() {
        make("olmo_hybrid");
        float[] expected = logits();
        TensorEdit edit = edit();
        for (int i = 0; i < 3; i++) {
            String layer = "model.layers." + i + ".";
            String conv = layer + "linear_attn.q_conv1d.weight";
            edit.reshape(conv, 86, 4)
                    .reshape(layer + "linear_attn.k_conv1d.weight", 86, 4)
                    .reshape(layer + "linear_attn.v_conv1d.weight", 84, 4)
                    .append(conv, layer + "linear_attn.k_conv1d.weight")
                    .append(conv, layer + "linear_attn.v_conv1d.weight")
                    .reshape(conv, 256, 1, 4)
                    .rename(conv, layer + "linear_attn.conv1d.weight");
        }
        edit.rename("model.layers.0.attention_layer_norm.weight", "model.layers.0.input_layernorm.weight")
                .write();
        assertArrayEquals(expected, logits());
    }

    @Test
    void aHeadBesideTiedEmbeddingsIsIgnored() {
        RandomModel.write(
                folder,
                ModelTemplates.config("delta_net", Map.of("tie_word_embeddings", "true")),
                new RandomModel.Options(WeightType.F16, 3, 1));
        float[] expected = logits();
        edit().zeros("lm_head.weight", Dtype.F32, 384, 64).write();
        assertArrayEquals(expected, logits());
    }
}
