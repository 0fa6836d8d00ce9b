package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.format.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random models from the command line, and what the commands that read models say of broken ones. */
@Tag(TestScope.THOROUGH)
class MakeModelCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delta_net",
                "gated_deltanet",
                "kda",
                "gated_deltaproduct",
                "qwen3_5",
                "qwen3_5_text",
                "qwen3_5_moe",
                "qwen3_5_moe_text",
                "qwen3_next",
                "olmo_hybrid",
                "kimi_linear",
                "mamba2",
                "granitemoehybrid",
                "h_gated_deltanet",
                "log_linear_mamba2",
                "bailing_hybrid",
                "jet_nemotron",
                "deltalens"
            })
    void everyTypeGenerates(String type) {
        Path model = folder.resolve("m");
        CliRun.of("make-model", "--type", type, "--output", model, "--layers", 5, "--dtype", "bf16", "--shards", 2)
                .succeeded();
        CliRun made = CliRun.of(
                "generate",
                "--model",
                model,
                "--engine",
                "cpu",
                "--ids",
                "5,6,7",
                "--max-new-tokens",
                3,
                "--print-ids");
        assertEquals(3, made.succeeded().out().lines().toList().getLast().split(",").length);
    }

    @Test
    void sizesAreThoseAskedFor() {
        CliRun run = CliRun.of(
                "make-model",
                "--type",
                "qwen3_5",
                "--output",
                folder,
                "--hidden",
                48,
                "--ff",
                30,
                "--layers",
                2,
                "--vocab",
                99,
                "--tied",
                "--set",
                "num_attention_heads=2");
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertEquals(48, model.info().hidden());
            assertEquals(99, model.info().vocab());
            assertTrue(model.info().tiedEmbeddings());
            assertTrue(run.succeeded().out().contains(model.parameters() + " parameters"), run.out());
        }
    }

    @Test
    void whatCannotBeMadeIsOneLine() throws IOException {
        Path model = folder.resolve("m");
        assertTrue(CliRun.of("make-model", "--type", "llama", "--output", model)
                .refusal()
                .contains("kimi_linear"));
        assertTrue(CliRun.of("make-model", "--type", "kda", "--output", model, "--dtype", "int8")
                .refusal()
                .contains("--dtype"));
        assertTrue(CliRun.of("make-model", "--type", "kda", "--output", model, "--hidden", -3)
                .refusal()
                .contains("hidden_size"));
        assertTrue(CliRun.of("make-model", "--type", "kda", "--output", model, "--shards", 0)
                .refusal()
                .contains("shards"));
        Files.writeString(folder.resolve("something"), "x");
        assertTrue(CliRun.of("make-model", "--type", "kda", "--output", folder)
                .refusal()
                .contains("empty folder"));
    }

    @Test
    void brokenFoldersAreRefusedInOneLine() throws IOException {
        Path model = folder.resolve("m");
        CliRun.of("make-model", "--type", "qwen3_5", "--output", model, "--shards", 3)
                .succeeded();
        Path index = model.resolve("model.safetensors.index.json");
        String good = Files.readString(index);
        Files.writeString(index, good.replace("\"model-00002", "\"../model-00002"));
        assertTrue(logits(model).contains("bare name"));
        Files.writeString(index, good);
        Files.writeString(
                model.resolve("config.json"),
                Files.readString(model.resolve("config.json"))
                        .replace("\"hidden_size\" : 64", "\"hidden_size\" : \"64\""));
        assertTrue(logits(model).contains("text_config.hidden_size: expected a whole number"));
        Files.delete(model.resolve("model-00002-of-00003.safetensors"));
        assertTrue(logits(model).contains("model-00002-of-00003.safetensors"));
        Files.delete(model.resolve("config.json"));
        assertTrue(logits(model).contains("config.json"));
    }

    private String logits(Path model) {
        return CliRun.of("logits", "--model", model, "--ids", "1,2", "--output", folder.resolve("out.safetensors"))
                .refusal();
    }
}
