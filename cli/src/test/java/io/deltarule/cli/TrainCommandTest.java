package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code train} from its config to the model that other commands read. */
class TrainCommandTest {
    private static final Path EXAMPLE = Path.of("..", "docs", "examples", "train-bytes.json")
            .toAbsolutePath()
            .normalize();

    @TempDir
    private Path folder;

    private Path config(String more) throws IOException {
        return Files.writeString(folder.resolve("run.json"), """
                {"task": {"name": "parity"}, "model": {"type": "delta_net", "hidden": 16, "layers": 1, "ff": 24},
                 "steps": 3, "batch": 2, "length": 8%s}""".formatted(more));
    }

    @Test
    void theExampleTrainsAModelThatWritesText() {
        Path run = folder.resolve("run");
        String table = CliRun.of("train", "--config", EXAMPLE, "--output", run)
                .succeeded()
                .out();
        List<String> lines = table.lines().toList();
        assertTrue(lines.get(0).startsWith("run") && lines.get(0).endsWith(run.toString()), table);
        assertTrue(table.contains("held out") && table.contains("perplexity"), table);
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json", "log.jsonl", "loss.svg")) {
            assertTrue(Files.isRegularFile(run.resolve(file)), file);
        }
        String text = CliRun.of(
                        "generate", "--model", run, "--engine", "cpu", "--prompt", "the ", "--max-new-tokens", "8")
                .succeeded()
                .out();
        assertTrue(text.length() >= 8, text);
        CliRun.of("chat", "--model", run, "--engine", "cpu", "--prompt", "hello", "--max-new-tokens", "4")
                .succeeded();
        CliRun.of("perplexity", "--model", run, "--engine", "cpu", "--text", EXAMPLE)
                .succeeded();
        CliRun.of("logits", "--model", run, "--engine", "cpu", "--ids", "1,2,3", "--output", folder.resolve("l"))
                .succeeded();
    }

    /** The tokenizer is the model's own where none is named. */
    @Test
    void aTrainedModelIsTrainedFurther() throws IOException {
        Path first = folder.resolve("first");
        CliRun.of("train", "--config", EXAMPLE, "--output", first).succeeded();
        Path config = Files.writeString(folder.resolve("further.json"), """
                {"data": {"text": "further.txt"}, "model": {"from": "first"}, "steps": 2, "batch": 2, "length": 16}""");
        Files.writeString(folder.resolve("further.txt"), "the delta rule writes what the state lacks. ".repeat(20));
        Path second = folder.resolve("second");
        CliRun.of("train", "--config", config, "--output", second, "--threads", "1")
                .succeeded();
        assertEquals(-1, Files.mismatch(first.resolve("tokenizer.json"), second.resolve("tokenizer.json")));
        CliRun.of("generate", "--model", second, "--engine", "cpu", "--prompt", "the ", "--max-new-tokens", "2")
                .succeeded();
    }

    /** Weights and moments stay on the device between the steps; a checkpoint brings them back, and a run that goes on takes them there. */
    @Test
    @Tag(TestScope.THOROUGH)
    void theTornadoEngineTrainsAsTheCpuEngineDoes() throws IOException {
        Path config = config(", \"checkpoints\": {\"every\": 1}, \"evaluation\": {\"batches\": 1}");
        Path cpu = folder.resolve("cpu");
        Path tornado = folder.resolve("tornado");
        CliRun.of("train", "--config", config, "--output", cpu).succeeded();
        CliRun.of("train", "--config", config, "--output", tornado, "--engine", "tornado", "--device", "emulator")
                .succeeded();
        List<Double> expected = numbers(cpu);
        List<Double> found = numbers(tornado);
        assertEquals(3 * 2, expected.size());
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), found.get(i), 1e-4 * Math.abs(expected.get(i)));
        }
        byte[] whole = Files.readAllBytes(tornado.resolve("model.safetensors"));
        Path last = tornado.resolve("checkpoints").resolve("step-3");
        Files.move(last, folder.resolve("away"));
        Files.delete(tornado.resolve("model.safetensors"));
        CliRun.of("train", "--config", config, "--output", tornado, "--engine", "tornado", "--resume")
                .succeeded();
        assertArrayEquals(whole, Files.readAllBytes(tornado.resolve("model.safetensors")));
    }

    /** Of every step its loss and the length of its gradients. */
    private static List<Double> numbers(Path run) throws IOException {
        List<Double> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("log.jsonl"))) {
            JsonNode entry = new ObjectMapper().readTree(line);
            if (entry.get("type").asText().equals("step")) {
                numbers.add(entry.get("loss").asDouble());
                numbers.add(entry.get("gradient_norm").asDouble());
            }
        }
        return numbers;
    }

    @Test
    void threadsAreThoseOfTheCpuEngine() throws IOException {
        for (List<String> wrong : List.of(List.of("reference", "1"), List.of("cpu", "0"))) {
            CliRun run = CliRun.of(
                    "train",
                    "--config",
                    config(""),
                    "--output",
                    folder.resolve("none"),
                    "--engine",
                    wrong.get(0),
                    "--threads",
                    wrong.get(1));
            assertEquals(ExitCode.BAD_INPUT, run.code());
            assertTrue(run.err().contains("threads: expected"), run.err());
        }
    }

    @Test
    void theDocumentSaysWhatTheTableSays() throws IOException {
        Path run = folder.resolve("run");
        JsonNode document = new ObjectMapper()
                .readTree(CliRun.of("train", "--config", config(""), "--output", run, "--json")
                        .succeeded()
                        .out());
        assertEquals("deltarule-train/1", document.path("schema").asText());
        assertTrue(document.path("finished").asBoolean());
        assertEquals(3, document.path("step").asInt());
        assertEquals(0, document.path("resumed_at").asInt());
        assertEquals("cpu", document.path("engine").asText());
        assertEquals(3 * 2 * 8, document.path("tokens").asInt());
        assertEquals("accuracy", document.path("held_out").path("score").asText());
        assertTrue(document.path("held_out").path("loss").asDouble() > 0);
        assertTrue(document.path("bytes").asLong()
                > 4 * document.path("parameters").asLong());
        assertTrue(Files.isDirectory(Path.of(document.path("checkpoint").asText())));
        String further = CliRun.of(
                        "train", "--config", config(", \"checkpoints\": {\"every\": 1}"), "--output", run, "--resume")
                .succeeded()
                .out();
        assertTrue(further.contains("from 3 on"), further);
    }

    @Test
    void whatIsPrintedTrains() throws IOException {
        String printed =
                CliRun.of("train", "--print-config", "parity").succeeded().out();
        Path file = Files.writeString(
                folder.resolve("parity.json"),
                printed.replace("\"steps\": 300", "\"steps\": 2").replace("\"batch\": 64", "\"batch\": 2"));
        CliRun.of("train", "--config", file, "--output", folder.resolve("run")).succeeded();
    }

    @Test
    void whatCannotBeIsOneLine() throws IOException {
        assertTrue(CliRun.of("train").refusal().contains("expected --config F and --output DIR but found neither"));
        assertTrue(CliRun.of("train", "--config", folder.resolve("none"), "--output", folder)
                .refusal()
                .contains("--print-config"));
        assertTrue(CliRun.of("train", "--config", config(", \"step\": 1"), "--output", folder.resolve("r"))
                .refusal()
                .contains("step: expected one of"));
        assertFalse(Files.exists(folder.resolve("r")), "refused before anything is written");
        assertTrue(CliRun.of("train", "--config", config(""), "--output", folder)
                .refusal()
                .contains("expected a new or empty folder"));
        assertTrue(CliRun.of("train", "--print-config", "gpt").refusal().contains("mqar"));
        assertTrue(CliRun.of("train", "--config", config(""), "--output", folder.resolve("s"), "--device", "nowhere")
                .refusal()
                .contains("--device: expected"));
        assertFalse(Files.exists(folder.resolve("s")), "refused before anything is written");
    }

    @Test
    void aLossThatIsNotFiniteHasAnExitCodeOfItsOwn() throws IOException {
        Path wild = Files.writeString(folder.resolve("wild.json"), """
                {"task": {"name": "parity"}, "steps": 60, "batch": 2, "length": 8,
                 "model": {"type": "delta_net", "hidden": 16, "layers": 1, "ff": 24, "std": 1,
                   "set": {"qk_activation": "relu", "qk_norm": "sum"}},
                 "optimizer": {"learning_rate": 10, "clip": 0, "warmup": 0}}""");
        CliRun run = CliRun.of("train", "--config", wild, "--output", folder.resolve("run"));
        assertEquals(ExitCode.NOT_FINITE, run.code(), run.err());
        assertTrue(
                run.err().matches("(?s)deltarule: step \\d+: expected a finite loss .*first tensor .*\\n"), run.err());
    }
}
