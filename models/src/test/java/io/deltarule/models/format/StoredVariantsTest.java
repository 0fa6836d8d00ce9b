package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.Dtype;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void gatedDeltaNetOfEarly2025() {
        make("gated_deltanet");
        float[] expected = logits();
        TensorEdit edit = edit();
        for (int i = 0; i < 3; i++) {
            String layer = "model.layers." + i + ".";
            edit.append(layer + "mlp.gate_proj.weight", layer + "mlp.up_proj.weight");
            edit.zeros(layer + "attn.D", Dtype.F32, 2);
        }
        edit.write();
        assertArrayEquals(expected, logits());
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertEquals(3, model.ignored().size());
        }
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
