package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.loader.GgufFile;
import io.deltarule.loader.GgufTensor;
import io.deltarule.loader.GgufType;
import io.deltarule.loader.GgufValue;
import io.deltarule.loader.GgufWriter;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.models.format.convert.GgufExport;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders written as GGUF files give the same models. */
class GgufModelTest {
    private static final int TOKENS = 41; // more than a chunk
    private static final int PROMPT = 19;

    @TempDir
    private Path folder;

    private Path write(String type, Map<String, String> keys, WeightType stored, GgufType as) {
        RandomModel.write(folder, ModelTemplates.config(type, keys), new RandomModel.Options(stored, 5, 1));
        return export(folder, as);
    }

    private Path export(Path from, GgufType as) {
        Path file = folder.resolve("model.gguf");
        GgufExport.write(from, file, as, bytes -> {});
        return file;
    }

    private static Tensor logits(Path model, DeltaEngine engine) {
        try (ModelFolder opened = ModelFolder.open(model);
                ModelRun run = new ModelRun(opened, engine, TOKENS)) {
            return run.logits(
                    new Random(3).longs(TOKENS, 0, opened.info().vocab()).toArray());
        }
    }

    static Stream<List<String>> models() {
        return Stream.of(
                List.of("qwen3_5_text"),
                List.of("qwen3_5_text", "linear_num_value_heads=6", "tie_word_embeddings=true"),
                List.of("qwen3_5_text", "linear_num_value_heads=2", "head_dim=48", "num_hidden_layers=5"),
                List.of("qwen3_5", "linear_num_key_heads=1", "linear_num_value_heads=4"),
                List.of("qwen3_5_moe_text"),
                List.of("qwen3_next"),
                List.of("qwen3_next", "linear_num_value_heads=6", "num_experts=5"),
                List.of("kimi_linear"),
                List.of("kimi_linear", "q_lora_rank=20", "num_experts=7", "first_k_dense_replace=2"));
    }

    /** In float64, from the same numbers: all that differs is that A_log went through an exponential. */
    @ParameterizedTest
    @MethodSource("models")
    void logitsAreThoseOfTheFolder(List<String> model) {
        Map<String, String> keys = new HashMap<>();
        model.stream().skip(1).forEach(key -> keys.put(key.split("=", 2)[0], key.split("=", 2)[1]));
        Path file = write(model.getFirst(), keys, WeightType.BF16, GgufType.BF16);
        Comparison comparison = Comparison.of(
                model.toString(), logits(folder, new ReferenceEngine()), logits(file, new ReferenceEngine()));
        assertTrue(comparison.within(1e-6), comparison::toString);
        try (ModelFolder expected = ModelFolder.open(folder);
                ModelFolder found = ModelFolder.open(file)) {
            assertEquals(expected.info(), found.info());
            assertEquals(expected.parameters(), found.parameters());
            assertEquals(Map.of(), found.ignored());
        }
    }

    /** Published checkpoints, greedily. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen3_5-bf16-sharded", "qwen3_next", "kimi_linear"})
    void greedyTokensAreTheWriters(String name) throws URISyntaxException {
        Path published =
                Path.of(GgufModelTest.class.getResource("/published/" + name).toURI());
        Path file = export(published, name.contains("bf16") ? GgufType.BF16 : GgufType.F32);
        for (DeltaEngine engine : List.of(new ReferenceEngine(), new CpuEngine(2))) {
            try (ModelFolder model = ModelFolder.open(file);
                    SafetensorsFile expected = SafetensorsFile.open(published.resolve("expected.safetensors"))) {
                long[] greedy = expected.readLongs("greedy");
                long[] found = Arrays.copyOf(greedy, greedy.length);
                try (ModelRun run = new ModelRun(model, engine, greedy.length)) {
                    Tensor logits = run.logits(Arrays.copyOf(greedy, PROMPT));
                    for (int i = PROMPT; i < greedy.length; i++) {
                        found[i] = ModelRun.best(logits, logits.dim(0) - 1);
                        logits = run.logits(found[i]);
                    }
                }
                assertArrayEquals(greedy, found, engine.name());
            }
        }
    }

    /** What the cpu engine computes from blocks, against float64 with the blocks' values; and the numbers are near. */
    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "Q4_0"})
    void blocksMatchFloat64(String type) {
        Map<String, String> keys =
                Map.of("hidden_size", "128", "intermediate_size", "160", "linear_value_head_dim", "32");
        Path file = write("qwen3_5_text", keys, WeightType.BF16, GgufType.valueOf(type));
        Tensor exact = logits(file, new ReferenceEngine());
        Comparison comparison = Comparison.of("cpu", exact, logits(file, new CpuEngine(2)));
        assertTrue(comparison.within(1e-5), comparison::toString);
        Comparison rounding = Comparison.of(type, logits(folder, new ReferenceEngine()), exact);
        assertTrue(rounding.within(type.equals("Q8_0") ? 0.03 : 0.4), rounding::toString);
        assertFalse(rounding.within(1e-5), rounding::toString);
        try (ModelFolder model = ModelFolder.open(file)) {
            assertTrue(model.tensors().stream().anyMatch(t -> t.type().equals(type)));
        }
    }

    /** The names of a layer of each kind, as llama.cpp asks for them, with their axes in the file's order. */
    @Test
    void tensorsAreThoseOfQwen35() {
        Path file = write("qwen3_5_text", Map.of(), WeightType.F32, GgufType.F32);
        try (GgufFile gguf = GgufFile.open(file)) {
            Map<String, List<Long>> expected = Map.ofEntries(
                    Map.entry("attn_norm.weight", List.of(64L)),
                    Map.entry("post_attention_norm.weight", List.of(64L)),
                    Map.entry("attn_qkv.weight", List.of(64L, 160L)),
                    Map.entry("attn_gate.weight", List.of(64L, 96L)),
                    Map.entry("ssm_conv1d.weight", List.of(4L, 160L)),
                    Map.entry("ssm_a", List.of(4L)),
                    Map.entry("ssm_dt.bias", List.of(4L)),
                    Map.entry("ssm_alpha.weight", List.of(64L, 4L)),
                    Map.entry("ssm_beta.weight", List.of(64L, 4L)),
                    Map.entry("ssm_norm.weight", List.of(24L)),
                    Map.entry("ssm_out.weight", List.of(96L, 64L)),
                    Map.entry("ffn_gate.weight", List.of(64L, 96L)),
                    Map.entry("ffn_up.weight", List.of(64L, 96L)),
                    Map.entry("ffn_down.weight", List.of(96L, 64L)));
            expected.forEach((name, axes) ->
                    assertEquals(axes.reversed(), gguf.info("blk.0." + name).shape(), name));
            for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output", "attn_q_norm", "attn_k_norm")) {
                assertTrue(gguf.contains("blk.3." + name + ".weight"), name);
            }
            assertEquals(
                    14,
                    gguf.tensors().stream()
                            .filter(t -> t.name().startsWith("blk.0."))
                            .count());
            assertEquals(GgufValue.u32(2), gguf.metadata().get("qwen35.ssm.group_count"));
            assertEquals(GgufValue.u32(4), gguf.metadata().get("qwen35.ssm.time_step_rank"));
            assertEquals(GgufValue.u32(96), gguf.metadata().get("qwen35.ssm.inner_size"));
        }
    }

    /** Latent attention as llama.cpp takes it: keys transposed and values apart, one latent row per token for all heads. */
    @Test
    void latentAttentionIsInTwoParts() {
        Path file = write("kimi_linear", Map.of(), WeightType.F32, GgufType.F32);
        String both = "model.layers.3.self_attn.kv_b_proj.weight";
        try (GgufFile gguf = GgufFile.open(file);
                SafetensorsFolder tensors = SafetensorsFolder.open(folder)) {
            int heads = 4;
            int rank = 24;
            int own = 16;
            int value = 16;
            assertFalse(gguf.contains("blk.3.attn_kv_b.weight"));
            assertEquals(
                    List.of((long) heads, (long) rank, (long) own),
                    gguf.info("blk.3.attn_k_b.weight").shape());
            assertEquals(
                    List.of((long) heads, (long) value, (long) rank),
                    gguf.info("blk.3.attn_v_b.weight").shape());
            float[] joined = floats(tensors.tensor(both));
            float[] keys = floats(gguf.tensor("blk.3.attn_k_b.weight"));
            float[] values = floats(gguf.tensor("blk.3.attn_v_b.weight"));
            for (int h = 0; h < heads; h++) {
                for (int j = 0; j < rank; j++) {
                    int row = h * (own + value);
                    assertEquals(joined[(row + 5) * rank + j], keys[(h * rank + j) * own + 5]);
                    assertEquals(joined[(row + own + 7) * rank + j], values[(h * value + 7) * rank + j]);
                }
            }
            assertEquals(GgufValue.i32s(0, 0, 0, 1), gguf.metadata().get("kimi-linear.attention.head_count_kv"));
            assertEquals(GgufValue.u32(rank + 8), gguf.metadata().get("kimi-linear.attention.key_length"));
            assertEquals(GgufValue.u32(rank), gguf.metadata().get("kimi-linear.attention.value_length"));
            assertEquals(GgufValue.u32(own + 8), gguf.metadata().get("kimi-linear.attention.key_length_mla"));
        }
    }

    /** As files of before the split have it: keys and values of a head one below the other. */
    @Test
    void theJoinedLatentProjectionOfOlderFilesIsReadToo() {
        Path file = write("kimi_linear", Map.of(), WeightType.F32, GgufType.F32);
        Path older = folder.resolve("older.gguf");
        try (GgufFile gguf = GgufFile.open(file);
                SafetensorsFolder tensors = SafetensorsFolder.open(folder)) {
            GgufWriter writer = new GgufWriter();
            gguf.metadata().forEach(writer::metadata);
            for (GgufTensor t : gguf.tensors()) {
                long[] shape = t.shape().stream().mapToLong(n -> n).toArray();
                if (t.name().endsWith("attn_k_b.weight")) {
                    String block = t.name().replace("attn_k_b", "attn_kv_b");
                    writer.tensor(
                            block,
                            GgufType.F32,
                            new long[] {128, 24},
                            tensors.tensor("model.layers.3.self_attn.kv_b_proj.weight"));
                } else if (!t.name().endsWith("attn_v_b.weight")) {
                    writer.tensor(t.name(), t.type(), shape, gguf.tensor(t.name()));
                }
            }
            writer.write(older);
        }
        Comparison comparison =
                Comparison.of("older", logits(folder, new ReferenceEngine()), logits(older, new ReferenceEngine()));
        assertTrue(comparison.within(1e-6), comparison::toString);
    }

    /** Which kind each layer is of is said where it is not every n-th. */
    @Test
    void irregularLayersAreMarked() {
        Path file = write(
                "qwen3_5_text",
                Map.of(
                        "layer_types",
                        "[\"full_attention\",\"linear_attention\",\"linear_attention\",\"full_attention\"]"),
                WeightType.BF16,
                GgufType.BF16);
        try (GgufFile gguf = GgufFile.open(file)) {
            assertEquals(GgufValue.i32s(0, 1, 1, 0), gguf.metadata().get("qwen35.attention.recurrent_layers"));
        }
        Comparison comparison =
                Comparison.of("irregular", logits(folder, new ReferenceEngine()), logits(file, new ReferenceEngine()));
        assertTrue(comparison.within(1e-6), comparison::toString);
    }

    /** Without which llama.cpp refuses the file. */
    @Test
    void aFileWithoutTokenizerSaysSo() {
        Path file = write("qwen3_5_text", Map.of(), WeightType.BF16, GgufType.BF16);
        try (GgufFile gguf = GgufFile.open(file)) {
            assertEquals(GgufValue.text("none"), gguf.metadata().get("tokenizer.ggml.model"));
            assertFalse(gguf.metadata().containsKey("tokenizer.ggml.tokens"));
        }
    }

    /** Head j·H + i of the file is head i·r + j of the folder; 1 is added to norms but that of the linear layers' outputs. */
    @Test
    void valueHeadsAreTiledAndNormsFolded() {
        Path file = write("qwen3_5_text", Map.of("linear_num_value_heads", "6"), WeightType.F32, GgufType.F32);
        String layer = "model.layers.0.";
        try (GgufFile gguf = GgufFile.open(file);
                SafetensorsFolder tensors = SafetensorsFolder.open(folder)) {
            int H = 2;
            int r = 3;
            int V = 24;
            int hidden = 64;
            float[] z = floats(tensors.tensor(layer + "linear_attn.in_proj_z.weight"));
            float[] gate = floats(gguf.tensor("blk.0.attn_gate.weight"));
            float[] aLog = floats(tensors.tensor(layer + "linear_attn.A_log"));
            float[] a = floats(gguf.tensor("blk.0.ssm_a"));
            float[] out = floats(tensors.tensor(layer + "linear_attn.out_proj.weight"));
            float[] stored = floats(gguf.tensor("blk.0.ssm_out.weight"));
            for (int i = 0; i < H; i++) {
                for (int j = 0; j < r; j++) {
                    int own = i * r + j;
                    int tiled = j * H + i;
                    assertEquals((float) -Math.exp(aLog[own]), a[tiled]);
                    for (int v = 0; v < V; v++) {
                        assertEquals(z[(own * V + v) * hidden + 7], gate[(tiled * V + v) * hidden + 7]);
                        assertEquals(out[5 * H * r * V + own * V + v], stored[5 * H * r * V + tiled * V + v]);
                    }
                }
            }
            float[] norm = floats(tensors.tensor(layer + "input_layernorm.weight"));
            float[] factor = floats(gguf.tensor("blk.0.attn_norm.weight"));
            float[] own = floats(tensors.tensor(layer + "linear_attn.norm.weight"));
            assertEquals(norm[3] + 1, factor[3]);
            assertEquals(own[3], floats(gguf.tensor("blk.0.ssm_norm.weight"))[3]);
        }
    }

    private static float[] floats(MemorySegment data) {
        return data.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    /** Metadata with one value replaced, or left out where there is none. */
    private Path edited(Path file, String key, GgufValue value, String tensorToLeaveOut) {
        Path edited = folder.resolve("edited.gguf");
        try (GgufFile gguf = GgufFile.open(file)) {
            GgufWriter writer = new GgufWriter();
            gguf.metadata().forEach((k, v) -> {
                if (!k.equals(key)) {
                    writer.metadata(k, v);
                }
            });
            if (value != null) {
                writer.metadata(key, value);
            }
            gguf.tensors().stream()
                    .filter(t -> !t.name().equals(tensorToLeaveOut))
                    .forEach(t -> writer.tensor(
                            t.name(),
                            t.type(),
                            t.shape().stream().mapToLong(n -> n).toArray(),
                            gguf.tensor(t.name())));
            writer.write(edited);
        }
        return edited;
    }

    @Test
    void theFileIsNamedWhereItsFolderWasGiven() throws IOException {
        Path file = write("qwen3_5_text", Map.of(), WeightType.BF16, GgufType.BF16);
        Path inside = Files.createDirectory(folder.resolve("fetched"));
        Files.copy(file, inside.resolve("Model-BF16.gguf"));
        refused("but found Model-BF16.gguf; name that file itself", inside);
        Files.writeString(inside.resolve("config.json"), "{}");
        refused("but found Model-BF16.gguf; name that file itself", inside);
    }

    @Test
    void whatIsWrongIsSaidInOneLine() throws IOException {
        Path file = write("qwen3_5_text", Map.of(), WeightType.BF16, GgufType.BF16);
        refused(
                "expected one of qwen35, qwen35moe, qwen3next, kimi-linear but found llama",
                edited(file, "general.architecture", GgufValue.text("llama"), null));
        refused("general.architecture: expected one of", edited(file, "general.architecture", null, null));
        refused(
                "qwen35.ssm.group_count: expected a whole number but found nothing",
                edited(file, "qwen35.ssm.group_count", null, null));
        refused(
                "qwen35.block_count: expected a whole number",
                edited(file, "qwen35.block_count", GgufValue.text("4"), null));
        refused("split.count: expected a file that is not split", edited(file, "split.count", GgufValue.u32(3), null));
        refused("missing are blk.1.ssm_out.weight", edited(file, "none", null, "blk.1.ssm_out.weight"));
        refused(
                "linear_num_value_heads: expected a multiple of 3",
                edited(file, "qwen35.ssm.group_count", GgufValue.u32(3), null));
        RandomModel.write(
                folder.resolve("fla"),
                ModelTemplates.config("gated_deltanet", Map.of()),
                new RandomModel.Options(WeightType.BF16, 1, 1));
        String message = assertThrows(InvalidInputException.class, () -> export(folder.resolve("fla"), GgufType.Q8_0))
                .getMessage();
        assertTrue(message.contains("for which GGUF files have an architecture, but found gated_deltanet"), message);
        assertEquals(0, left());
    }

    private void refused(String about, Path file) {
        String message = assertThrows(InvalidInputException.class, () -> ModelFolder.open(file))
                .getMessage();
        assertTrue(message.contains(about) && !message.contains("\n"), message);
    }

    /** Folders of texts of this process that are still there. */
    private static long left() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(p -> p.getFileName()
                            .toString()
                            .startsWith(
                                    "deltarule-gguf-" + ProcessHandle.current().pid() + "-"))
                    .count();
        }
    }
}
