package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as GGUF files, and what the commands that read models make of these. */
class ConvertCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path file;

    @BeforeEach
    void make() {
        model = folder.resolve("m");
        file = folder.resolve("m.gguf");
        CliRun.of("make-model", "--type", "qwen3_5", "--output", model, "--hidden", 96, "--dtype", "bf16")
                .succeeded();
    }

    private static String generated(Path from, String... more) {
        Object[] args = new Object[11 + more.length];
        Object[] fixed = {
            "generate",
            "--model",
            from,
            "--engine",
            "cpu",
            "--ids",
            "5,6,7",
            "--max-new-tokens",
            8,
            "--print-ids",
            "--ignore-eos"
        };
        System.arraycopy(fixed, 0, args, 0, fixed.length);
        System.arraycopy(more, 0, args, fixed.length, more.length);
        return CliRun.of(args).succeeded().out().lines().toList().getLast();
    }

    @Test
    void bfloat16GivesTheFoldersTokens() {
        CliRun.of("convert", "--model", model, "--output", file, "--type", "bf16")
                .succeeded();
        assertEquals(generated(model), generated(file));
    }

    @Test
    void blocksAreSmallerAndInspected() throws IOException {
        CliRun.of("convert", "--model", model, "--output", file, "--type", "bf16")
                .succeeded();
        long whole = Files.size(file);
        CliRun.of("convert", "--model", model, "--output", file, "--type", "Q8_0")
                .succeeded();
        assertTrue(Files.size(file) < 0.8 * whole, Files.size(file) + " of " + whole);
        assertEquals(8, generated(file).split(",").length);
        String said =
                CliRun.of("inspect", "--model", file, "--tensors").succeeded().out();
        assertTrue(
                said.contains("Q8_0") && said.contains("blk.0.attn_qkv.weight") && said.contains("qwen3_5_text"), said);
        CliRun.of("logits", "--model", file, "--ids", "1,2,3", "--output", folder.resolve("l.safetensors"))
                .succeeded();
    }

    @Test
    void whatCannotBeConvertedIsRefused() throws IOException {
        assertTrue(CliRun.of("convert", "--model", model, "--output", file, "--type", "q3_k")
                .refusal()
                .contains("expected one of f32, f16, bf16, q8_0, q4_0 but found q3_k"));
        assertTrue(CliRun.of("convert", "--model", model, "--output", folder.resolve("no/x.gguf"), "--type", "bf16")
                .refusal()
                .contains("no folder"));
        CliRun.of("convert", "--model", model, "--output", file, "--type", "bf16")
                .succeeded();
        assertTrue(CliRun.of("convert", "--model", file, "--output", folder.resolve("y.gguf"), "--type", "q8_0")
                .refusal()
                .contains("expected a folder with config.json"));
        Path other = folder.resolve("kda");
        CliRun.of("make-model", "--type", "kda", "--output", other).succeeded();
        assertTrue(CliRun.of("convert", "--model", other, "--output", folder.resolve("z.gguf"), "--type", "q8_0")
                .refusal()
                .contains("but found kda"));
        assertFalse(Files.exists(folder.resolve("z.gguf")));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        String cut = CliRun.of("inspect", "--model", file).refusal();
        assertTrue(cut.contains("cut short"), cut);
        assertTrue(CliRun.of("logits", "--model", file, "--ids", "1", "--output", file)
                .refusal()
                .contains("--output"));
    }
}
