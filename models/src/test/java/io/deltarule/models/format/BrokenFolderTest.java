package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.loader.Dtype;
import io.deltarule.loader.SafetensorsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that are damaged, hostile or not supported: one exception of one line that says what and where. */
@Tag(TestScope.THOROUGH)
class BrokenFolderTest {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    private Path folder;

    private void make(String type, int shards, String... keys) {
        Map<String, String> replaced = new LinkedHashMap<>();
        for (String key : keys) {
            replaced.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1));
        }
        RandomModel.write(
                folder, ModelTemplates.config(type, replaced), new RandomModel.Options(WeightType.BF16, 1, shards));
    }

    /** Writes another config over tensors that were made for the template's. */
    private void config(String type, String key, String value) throws IOException {
        Files.writeString(folder.resolve("config.json"), ModelTemplates.config(type, Map.of(key, value)));
    }

    private void refused(Class<? extends Exception> as, String... parts) {
        Exception e = assertThrows(as, () -> ModelFolder.open(folder).close());
        String message = e.getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), "expected \"" + part + "\" in: " + message);
        }
        assertFalse(message.contains("\n"), message);
        assertTrue(message.length() < 2500, message);
    }

    private void edit(String file, String from, String to) throws IOException {
        String text = Files.readString(folder.resolve(file));
        assertTrue(text.contains(from), text);
        Files.writeString(folder.resolve(file), text.replaceFirst(Pattern.quote(from), to));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden_size|\"64\"|a whole number",
                "hidden_size|[64]|a whole number",
                "hidden_size|64.5|a whole number",
                "hidden_size|0|a whole number",
                "hidden_size|-64|a whole number",
                "hidden_size|2147483648|a whole number",
                "hidden_size|1e300|a whole number",
                "hidden_size|true|a whole number",
                "hidden_size|99999999999999999999999999|a whole number",
                "vocab_size|16777217|a whole number",
                "num_hidden_layers|2000000000|a whole number",
                "num_key_value_heads|3|a divisor of 4",
                "linear_num_value_heads|3|a multiple of 2",
                "linear_key_head_dim|16777216|at most",
                "rms_norm_eps|\"small\"|a number",
                "rms_norm_eps|-1|a number",
                "tie_word_embeddings|\"yes\"|true or false",
                "layer_types|[\"linear_attention\"]|one type for each of 4 layers",
                "layer_types|[\"a\",\"b\",\"c\",\"d\"]|only linear_attention and full_attention",
                "layer_types|[1,2,3,4]|a list of texts",
                "layer_types|\"linear_attention\"|a list",
                "rope_parameters|7|an object",
                "rope_parameters|{\"rope_type\":\"yarn\"}|one of default",
                "rope_scaling|{\"type\":\"linear\",\"factor\":2}|one of default",
                "partial_rotary_factor|2|a number",
                "attn_output_gate|false|true",
                "hidden_act|\"gelu\"|one of silu",
                "output_gate_type|\"relu\"|one of silu",
                "eos_token_id|\"a\"|a list"
            })
    void valuesOfAConfigThatCannotBe(String key, String value, String expected) throws IOException {
        make("qwen3_5_text", 1, "rope_parameters=null");
        Files.writeString(
                folder.resolve("config.json"),
                ModelTemplates.config(
                        "qwen3_5_text",
                        key.startsWith("rope") ? Map.of(key, value) : Map.of(key, value, "rope_parameters", "null")));
        refused(InvalidInputException.class, expected, "found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delta_net|attnres_block_size|4",
                "delta_net|quantization_config|{\"quant_method\":\"fp8\"}",
                "delta_net|conv_bias|true",
                "delta_net|qk_norm|\"rms\"",
                "delta_net|qk_activation|\"tanh\"",
                "delta_net|attn|{\"num_heads\":2}",
                "delta_net|attn|{\"layers\":[0]}",
                "delta_net|attn|[1]",
                "delta_net|expand_k|0.123",
                "gated_deltanet|num_v_heads|3",
                "kda|safe_gate|true",
                "kda|lower_bound|0",
                "gated_deltaproduct|num_householder|0",
                "gated_deltaproduct|qk_activation|\"tanh\"",
                "qwen3_next|num_experts|100000000",
                "qwen3_next|num_experts_per_tok|7",
                "kimi_linear|num_expert_group|2",
                "kimi_linear|topk_group|2",
                "kimi_linear|n_group|2",
                "kimi_linear|mla_use_nope|false",
                "kimi_linear|topk_method|\"greedy\"",
                "kimi_linear|scoring_func|\"softmax\"",
                "kimi_linear|num_experts_per_tok|3",
                "kimi_linear|num_local_experts|5",
                "kimi_linear|max_position_embeddings|4096",
                "kimi_linear|linear_head_dim|8",
                "kimi_linear|linear_conv_kernel_dim|3",
                "kimi_linear|mlp_layer_types|[\"dense\",\"dense\",\"sparse\",\"sparse\"]",
                "kimi_linear|layer_types|[\"linear_attention\",\"linear_attention\",\"full_attention\",\"full_attention\"]",
                "qwen3_next|num_local_experts|5",
                "qwen3_5_moe_text|norm_topk_prob|false",
                "qwen3_5_text|mlp_bias|true",
                "qwen3_5_text|final_logit_softcapping|30.0",
                "olmo_hybrid|use_sliding_window|true",
                "delta_net|use_output_norm|false",
                "delta_net|share_conv_kernel|true",
                "gated_deltanet|use_mamba_gate|false",
                "gated_deltanet|gate_fn|\"sigmoid\"",
                "delta_net|embedding_multiplier|12.0",
                "gated_deltanet|allow_neg_eigvals|true",
                "delta_net|allowNegEigval|true",
                "kda|lowerbound|-5",
                "kimi_linear|attn_res_block_size|2",
                "kimi_linear|attention_bias|true",
                "kimi_linear|num_key_value_heads|2",
                "kimi_linear|mlp_layer_types|[\"dense\"]",
                "kimi_linear|moe_router_activation_func|\"softmax\"",
                "olmo_hybrid|num_attention_heads|7",
                "mamba2|num_heads|7",
                "mamba2|n_groups|3",
                "mamba2|rms_norm|false",
                "mamba2|rmsnorm|true",
                "mamba2|time_step_limit|[1,0.5]",
                "mamba2|time_step_limit|[0]",
                "mamba2|time_step_limit|[-1,1]",
                "mamba2|hidden_act|\"gelu\"",
                "log_linear_mamba2|n_groups|2",
                "log_linear_mamba2|dt_limit|[0,1]",
                "log_linear_mamba2|D_has_hdim|true",
                "log_linear_mamba2|norm_before_gate|true",
                "log_linear_mamba2|head_dim|5",
                "h_gated_deltanet|num_v_heads|4",
                "granitemoehybrid|mamba_n_heads|7",
                "granitemoehybrid|mamba_d_head|\"any\"",
                "granitemoehybrid|position_embedding_type|\"alibi\"",
                "granitemoehybrid|residual_multiplier|0",
                "granitemoehybrid|logits_scaling|0",
                "granitemoehybrid|num_local_experts|9000",
                "granitemoehybrid|layer_types|[\"mamba\"]",
                "bailing_hybrid|architectures|[\"BailingMoeV2_5ForCausalLM\"]",
                "bailing_hybrid|score_function|\"softmax\"",
                "bailing_hybrid|topk_method|\"greedy\"",
                "bailing_hybrid|moe_layer_freq|2",
                "bailing_hybrid|rope_scaling|{\"type\":\"yarn\"}",
                "bailing_hybrid|use_qkv_bias|true",
                "bailing_hybrid|kda_lower_bound|0",
                "bailing_hybrid|n_group|3",
                "bailing_hybrid|topk_group|5",
                "bailing_hybrid|num_experts_per_tok|5",
                "bailing_hybrid|num_key_value_heads|1",
                "bailing_hybrid|qk_rope_head_dim|7",
                "bailing_hybrid|qk_head_dim|25",
                "bailing_hybrid|gated_attention_proj_granularity_type|\"group_wise\"",
                "bailing_hybrid|expert_swiglu_limit_list|[0,0.5]",
                "bailing_hybrid|share_expert_swiglu_limit_list|[0,-1,0,0]",
                "bailing_hybrid|layer_types|[\"full_attention\",\"attention\",\"mamba\",\"mamba\"]",
                "jet_nemotron|layer_types|[\"jet\",\"attn\"]",
                "jet_nemotron|layer_types|[\"jet\",\"attn\",\"mamba\",\"swa\"]",
                "jet_nemotron|efficient_attention_config|null",
                "jet_nemotron|efficient_attention_config|{\"jet\":{}}",
                "jet_nemotron|use_mrope|true",
                "jet_nemotron|use_sliding_window|true",
                "jet_nemotron|rope_scaling|{\"rope_type\":\"yarn\"}",
                "jet_nemotron|num_attention_heads|7",
                "deltalens|lens_mix|\"neither\"",
                "deltalens|d_model|64",
                "deltalens|tensor_names|{\"a.{i}.b\":\"c\"}",
                "deltalens|factor_names|[\"B\"]"
            })
    void whatIsNotSupportedIsNamed(String type, String key, String value) throws IOException {
        make(type, 1);
        config(type, key, value);
        refused(InvalidInputException.class, key.equals("attn") ? "attn" : key, "found");
    }

    @Test
    void layersOfKimiThatNobodyListed() throws IOException {
        make("kimi_linear", 1);
        config("kimi_linear", "linear_attn_config", "{\"kda_layers\":[1,2],\"full_attn_layers\":[4]}");
        refused(InvalidInputException.class, "kda_layers", "layer 3 missing");
    }

    @Test
    void configsThatAreNone() throws IOException {
        refused(InvalidInputException.class, "config.json", "found nothing");
        for (String text : new String[] {"", "[]", "{", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "\0\1\2", "null"}) {
            Files.writeString(folder.resolve("config.json"), text);
            refused(InvalidInputException.class, "config.json");
        }
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
        refused(InvalidInputException.class, "model_type", "gated_deltanet", "qwen3_5", "\"llama\"");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":5}");
        refused(InvalidInputException.class, "model_type", "a text");
        Files.writeString(folder.resolve("config.json"), "{}");
        refused(InvalidInputException.class, "model_type", "found nothing");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"qwen3_5\",\"text_config\":\"x\"}");
        refused(InvalidInputException.class, "text_config", "an object");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"qwen3_5\",\"text_config\":{}}");
        Files.writeString(folder.resolve(SINGLE), "no tensors");
        refused(SafetensorsException.class, SINGLE);
        Files.delete(folder.resolve(SINGLE));
        refused(SafetensorsException.class, "expected model.safetensors or", "\"config.json\"");
    }

    @Test
    void aNewNameForAKnownModelIsSeenAndInsistedOn() throws IOException {
        make("qwen3_5_text", 1);
        String config = Files.readString(folder.resolve("config.json"));
        edit("config.json", "qwen3_5_text", "qwen3_8");
        refused(InvalidInputException.class, "model_type", "\"qwen3_8\"", "--as qwen3_5_text");
        try (ModelFolder insisted = ModelFolder.open(folder, "qwen3_5_text")) {
            assertTrue(insisted.modelType().equals("qwen3_5_text") && insisted.parameters() > 0);
        }
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> ModelFolder.open(folder, "qwen3_9").close())
                .getMessage();
        assertTrue(message.startsWith("--as: expected one of ") && message.contains("mamba2"), message);
        Files.writeString(folder.resolve("config.json"), config.replace("qwen3_5_text", "qwen4_exp"));
        refused(InvalidInputException.class, "qwen4_exp", "hyper-connections");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delta_net",
                "gated_deltanet",
                "h_gated_deltanet",
                "kda",
                "gated_deltaproduct",
                "olmo_hybrid",
                "kimi_linear",
                "mamba2",
                "log_linear_mamba2",
                "granitemoehybrid",
                "bailing_hybrid",
                "jet_nemotron"
            })
    void typesAreToldApartByTheirTensors(String type) throws IOException {
        make(type, 1);
        edit("config.json", type, "new");
        refused(InvalidInputException.class, "its tensors are called as those of ", "--as " + type);
    }

    /** Of one type with two architectures, the one that is not read is told from the other by its keys too. */
    @Test
    void lingOfAnEarlierVersionIsRefusedByWhatItHas() throws IOException {
        make("bailing_hybrid", 1);
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceAll("\"(architectures|kda_lower_bound|kda_safe_gate|no_kda_lora)\"", "\"_$1\""));
        ModelFolder.open(folder).close(); // its tensors tell
        edit("config.json", "bailing_hybrid\"", "its_own\", \"architectures\": [\"ItsOwnForCausalLM\"]");
        ModelFolder.open(folder, "bailing_hybrid").close();
        edit("config.json", "its_own", "bailing_hybrid");
        rename("layers.0.attention.A_log", "layers.0.attention.slope");
        refused(InvalidInputException.class, "kda_lower_bound", "Ling 2.6", "constant decay per head");
    }

    /** The layer after the last drafts further tokens. */
    @Test
    void layersThatDraftAreNotUsed() throws IOException {
        make("bailing_hybrid", 1, "layer_group_size=3");
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replace("\"num_hidden_layers\" : 4", "\"num_hidden_layers\" : 3"));
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertTrue(model.ignored().size() > 10);
            assertTrue(model.ignored().entrySet().stream()
                    .allMatch(e -> e.getKey().startsWith("model.layers.3.")
                            && e.getValue().equals("drafts further tokens")));
        }
    }

    /** Changes tensors' names to others as long. */
    private void rename(String from, String to) throws IOException {
        Path file = folder.resolve(SINGLE);
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).replace(from, to);
        Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    @Test
    void tensorsThatAreLikeNothingKnownAreNotNamed() throws IOException {
        make("mamba2", 1);
        edit("config.json", "mamba2", "new");
        rename(".mixer.", ".mixed.");
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> ModelFolder.open(folder).close())
                .getMessage();
        assertFalse(message.contains("--as"), message);
    }

    @Test
    void noFolder() {
        Path nothing = folder.resolve("nothing");
        String message = assertThrows(InvalidInputException.class, () -> ModelFolder.open(nothing))
                .getMessage();
        assertTrue(message.contains("expected a model's folder"), message);
    }

    @Test
    void missingShard() throws IOException {
        make("qwen3_5_text", 3);
        Files.delete(folder.resolve("model-00002-of-00003.safetensors"));
        refused(SafetensorsException.class, "model-00002-of-00003.safetensors", "nothing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model-00001-of-00003.safetensors",
                "/model.safetensors",
                "sub/model.safetensors",
                "..\\\\\\\\model.safetensors",
                "C:model.safetensors",
                "..safetensors",
                "config.json",
                ".safetensors",
                ""
            })
    void namesThatLeaveTheFolder(String name) throws IOException {
        make("qwen3_5_text", 3);
        edit(INDEX, "model-00001-of-00003.safetensors", name);
        refused(SafetensorsException.class, INDEX, "bare name");
    }

    @Test
    void linksThatLeaveTheFolder(@TempDir Path elsewhere) throws IOException {
        make("qwen3_5_text", 3);
        Path shard = folder.resolve("model-00001-of-00003.safetensors");
        Path moved = elsewhere.resolve("x.safetensors");
        Files.move(shard, moved);
        Files.createSymbolicLink(shard, moved);
        refused(SafetensorsException.class, "a link to");
    }

    /** The layout of a Hugging Face cache: snapshots of links to blobs. */
    @Test
    void linksIntoTheCacheTheyBelongTo(@TempDir Path cache) throws IOException {
        Path snapshot = cache.resolve("snapshots").resolve("abc");
        Path blobs = Files.createDirectory(cache.resolve("blobs"));
        Files.createDirectory(snapshot.getParent());
        make("qwen3_5_text", 2);
        Files.createDirectory(snapshot);
        for (String name : folder.toFile().list()) {
            Files.move(folder.resolve(name), blobs.resolve(name));
            Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs/" + name));
        }
        ModelFolder.open(snapshot).close();
    }

    @Test
    void indexesThatAreNone() throws IOException {
        make("qwen3_5_text", 2);
        String good = Files.readString(folder.resolve(INDEX));
        for (String text :
                new String[] {"", "[]", "{}", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}", good.replace("}", "")
                }) {
            Files.writeString(folder.resolve(INDEX), text);
            refused(SafetensorsException.class, INDEX);
        }
    }

    @Test
    void tensorsInAnotherShardOrInTwo() throws IOException {
        make("qwen3_5_text", 2);
        String first = "model-00001-of-00002.safetensors";
        String second = "model-00002-of-00002.safetensors";
        edit(INDEX, "\"model.embed_tokens.weight\": \"" + first, "\"model.embed_tokens.weight\": \"" + second);
        refused(SafetensorsException.class, "model.embed_tokens.weight", "in another shard");
        TensorEdit.of(folder.resolve(second))
                .zeros("model.embed_tokens.weight", Dtype.BF16, 384, 64)
                .write();
        refused(SafetensorsException.class, "model.embed_tokens.weight", "every tensor in one shard");
    }

    @Test
    void headerLengthOfTwoToTheSixtyTwo() throws IOException {
        make("qwen3_5_text", 1);
        byte[] bytes = Files.readAllBytes(folder.resolve(SINGLE));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 62);
        Files.write(folder.resolve(SINGLE), bytes);
        refused(SafetensorsException.class, SINGLE, "header");
    }

    @Test
    void wrongShapesAreNamedWithBoth() throws IOException {
        make("qwen3_5_text", 1);
        config("qwen3_5_text", "hidden_size", "60");
        refused(
                InvalidInputException.class,
                "model.embed_tokens.weight: expected [384, 60] but found [384, 64]",
                "more");
    }

    @Test
    void missingAndUnexpectedTensorsAreNamedTogether() {
        make("qwen3_5_text", 1);
        TensorEdit.of(folder.resolve(SINGLE))
                .remove("model.norm.weight")
                .remove("model.layers.2.linear_attn.A_log")
                .rename("lm_head.weight", "head.weight")
                .write();
        refused(
                InvalidInputException.class,
                "missing are model.layers.2.linear_attn.A_log, model.norm.weight, lm_head.weight",
                "unexpected are head.weight");
    }

    @Test
    void manyMissingTensorsAreCounted() throws IOException {
        make("qwen3_5_text", 1);
        config("qwen3_5_text", "num_hidden_layers", "2048");
        refused(InvalidInputException.class, "missing are model.layers.4.", " more");
    }

    @Test
    void typesThatNoWeightHas() {
        make("qwen3_5_text", 1);
        TensorEdit.of(folder.resolve(SINGLE))
                .zeros("model.norm.weight", Dtype.I16, 64)
                .zeros("lm_head.weight", Dtype.F64, 384, 64)
                .write();
        refused(
                InvalidInputException.class,
                "model.norm.weight: expected F32, F16 or BF16 but found I16",
                "lm_head.weight");
    }

    @Test
    void factorsThatDoNotFit() {
        RandomModel.write(
                folder, ModelTemplates.config("deltalens", Map.of()), new RandomModel.Options(WeightType.F32, 1, 1), 1);
        TensorEdit.of(folder.resolve(SINGLE))
                .zeros("model.layers.0.attn.q_proj.A", Dtype.F32, 3, 64)
                .write();
        refused(InvalidInputException.class, "model.layers.0.attn.q_proj.B and", "[32, rank] and [rank, 64]");
    }
}
