package io.deltarule.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.training.NotFiniteException;
import io.deltarule.training.Trainer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in a folder: interrupted, continued, damaged. */
class TrainingRunTest {
    private static final TrainingRun.Listener QUIET = new TrainingRun.Listener() {};

    @TempDir
    private Path temporary;

    private static RunConfig config(String precision, String more) {
        return RunConfig.parse("run.json", """
                {
                  "task": {"name": "parity", "shortest": 3},
                  "model": {"type": "delta_net", "hidden": 16, "layers": 2, "ff": 24, "set": {"num_heads": 2}},
                  "steps": 12, "batch": 3, "length": 12, "accumulation": 2,
                  "optimizer": {"warmup": 2, "learning_rate": 5e-3},
                  "evaluation": {"every": 5, "batches": 1},
                  "checkpoints": {"every": 4, "keep": 2, "precision": "%s"}%s
                }""".formatted(precision, more), Path.of("."));
    }

    private TrainingRun run(RunConfig config, Path folder) {
        return new TrainingRun(config, new CpuEngine(2), folder, "0-test", QUIET);
    }

    /** Everything in a log but how long it took. */
    private static List<String> log(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("log.jsonl"))) {
            JsonNode node = new ObjectMapper().readTree(line);
            ((ObjectNode) node).remove("seconds");
            lines.add(node.toString());
        }
        return lines;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static long mismatch(Path a, Path b) throws IOException {
        return Files.mismatch(a.resolve("model.safetensors"), b.resolve("model.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16"})
    void goesOnToTheSameLossesBitForBit(String precision) throws IOException {
        Path whole = temporary.resolve("whole");
        TrainingRun.Result finished = run(config(precision, ""), whole).run(false, () -> false);
        assertTrue(finished.finished());
        assertEquals(0, finished.resumedAt());
        assertEquals(12, finished.evaluation() == null ? 0 : finished.step());
        assertEquals(List.of("step-12", "step-8"), names(whole.resolve("checkpoints")), "older ones are pruned");
        assertEquals(1 + 12 + 3, log(whole).size());

        Path parts = temporary.resolve("parts");
        int[] asked = new int[1];
        TrainingRun.Result first = run(config(precision, ""), parts).run(false, () -> asked[0]++ == 7);
        assertFalse(first.finished());
        assertEquals(7, first.step());
        assertEquals(parts.resolve("checkpoints/step-7"), first.checkpoint());
        assertTrue(Files.exists(parts.resolve("model.safetensors")), "what was reached so far");
        // what a process leaves that was killed two steps later, in the middle of a line and of a checkpoint
        Files.writeString(
                parts.resolve("log.jsonl"),
                Files.readString(parts.resolve("log.jsonl"))
                        + "{\"type\":\"step\",\"step\":8,\"loss\":9.0}\n{\"type\":\"step\",\"st");
        Files.createDirectories(parts.resolve("checkpoints/.step-8-x.part"));
        TrainingRun.Result rest = run(config(precision, ""), parts).run(true, () -> false);
        assertTrue(rest.finished());
        assertEquals(7, rest.resumedAt());
        assertEquals(finished.tokens(), rest.tokens());
        assertEquals(log(whole), log(parts));
        assertEquals(-1, mismatch(whole, parts));
        assertEquals(finished.evaluation(), rest.evaluation());
        assertEquals(List.of("step-12", "step-8"), names(parts.resolve("checkpoints")));
        assertTrue(Files.readString(parts.resolve("loss.svg")).contains("held out"));
    }

    private static String from(Path model, String more) {
        return """
                {"model": {"from": "%s"%s}, "steps": 2, "batch": 3, "length": 12, "accumulation": 2,
                 "optimizer": {"learning_rate": 1e-4}, "evaluation": {"batches": 1}, %s}""".formatted(model, more, "\"task\": {\"name\": \"parity\", \"shortest\": 3}");
    }

    /** Widened from what is stored: with f32 the same numbers, and with bf16 those that a reader of the folder has. */
    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16"})
    void trainingBeginsWithTheNumbersOfAFolder(String precision) throws IOException {
        Path before = temporary.resolve("before");
        TrainingRun.Result finished = run(config(precision, ""), before).run(false, () -> false);
        RunConfig config = RunConfig.parse("run.json", from(before, ""), temporary);
        try (Trainer trainer = config.trainer(new CpuEngine(2), null);
                ModelFolder read = ModelFolder.open(before)) {
            for (ParameterLayout.Entry entry :
                    trainer.weights().trained().layout().entries()) {
                float[] expected = new float[Math.toIntExact(entry.size())];
                read.weights().get(entry.name(), entry.dims()).copyTo(MemorySegment.ofArray(expected));
                Tensor found = trainer.weights().trained().tensor(entry.name());
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], found.get(i), entry.name());
                }
            }
            if (precision.equals("f32")) {
                assertEquals(finished.evaluation(), trainer.evaluate());
            }
        }
        Path after = temporary.resolve("after");
        assertTrue(run(config, after).run(false, () -> false).finished());
        assertEquals(-1, Files.mismatch(before.resolve("config.json"), after.resolve("config.json")));
        assertTrue(mismatch(before, after) >= 0, "it has learned");
        // the folder that a run began with is part of what it is
        run(config(precision, ", \"seed\": 2"), temporary.resolve("other")).run(false, () -> false);
        RunConfig other = RunConfig.parse("run.json", from(temporary.resolve("other"), ""), temporary);
        String message = assertThrows(
                        InvalidInputException.class, () -> run(other, after).run(true, () -> false))
                .getMessage();
        assertTrue(message.contains("model.from: expected"), message);
    }

    @Test
    void whatAFolderSaysIsNotSaidAgain() {
        Path before = temporary.resolve("before");
        run(config("f32", ""), before).run(false, () -> false);
        for (String more : List.of(", \"type\": \"kda\"", ", \"hidden\": 16", ", \"set\": {}")) {
            String message = assertThrows(
                            InvalidInputException.class,
                            () -> RunConfig.parse("run.json", from(before, more), temporary))
                    .getMessage();
            assertTrue(message.contains(more.substring(3, 5)), message);
        }
        assertThrows(
                InvalidInputException.class,
                () -> RunConfig.parse("run.json", from(temporary.resolve("nothing"), ""), temporary));
    }

    @Test
    void aModelsFolderIsWrittenThatOthersRead() {
        Path folder = temporary.resolve("run");
        run(config("f32", ""), folder).run(false, () -> false);
        for (Path model : List.of(folder, folder.resolve("checkpoints/step-8"))) {
            try (ModelFolder read = ModelFolder.open(model)) {
                assertEquals(2, read.info().vocab());
                assertEquals(List.of(), read.info().eosIds());
            }
        }
    }

    @Test
    void anotherFolderOrConfigIsRefused() throws IOException {
        Path folder = temporary.resolve("run");
        String none = assertThrows(
                        InvalidInputException.class,
                        () -> run(config("f32", ""), folder).run(true, () -> false))
                .getMessage();
        assertTrue(none.contains("--resume: expected a run in") && none.contains("nothing"), none);
        int[] asked = new int[1];
        run(config("f32", ""), folder).run(false, () -> asked[0]++ == 4);
        String again = assertThrows(
                        InvalidInputException.class,
                        () -> run(config("f32", ""), folder).run(false, () -> false))
                .getMessage();
        assertTrue(again.contains("--resume"), again);
        String other = assertThrows(
                        InvalidInputException.class,
                        () -> run(config("f32", ", \"seed\": 2"), folder).run(true, () -> false))
                .getMessage();
        assertTrue(other.startsWith("--config: seed: expected 1, which the run in"), other);
        String engine = assertThrows(
                        InvalidInputException.class,
                        () -> new TrainingRun(config("f32", ""), new ReferenceEngine(), folder, "0-test", QUIET)
                                .run(true, () -> false))
                .getMessage();
        assertTrue(engine.startsWith("--engine: expected cpu"), engine);
        RunConfig longer = RunConfig.parse("run.json", """
                {
                  "task": {"name": "parity", "shortest": 3},
                  "model": {"type": "delta_net", "hidden": 16, "layers": 2, "ff": 24, "set": {"num_heads": 2}},
                  "steps": 6, "batch": 3, "length": 12, "accumulation": 2,
                  "optimizer": {"warmup": 2, "learning_rate": 5e-3}
                }""", Path.of("."));
        assertEquals(6, run(longer, folder).run(true, () -> false).step(), "steps and intervals may change");
    }

    @Test
    void damagedAndForeignCheckpointsAreRefusedWithACure() throws IOException {
        Path folder = temporary.resolve("run");
        run(config("f32", ""), folder).run(false, () -> false);
        Path newest = folder.resolve("checkpoints/step-12");
        byte[] bytes = Files.readAllBytes(newest.resolve("optimizer.safetensors"));
        bytes[bytes.length - 5] ^= 1;
        Files.write(newest.resolve("optimizer.safetensors"), bytes);
        String damaged = refusal(folder);
        assertTrue(
                damaged.contains("optimizer.safetensors: expected SHA-256")
                        && damaged.endsWith("--resume goes on from the checkpoint before it"),
                damaged);
        Path state = newest.resolve("state.json");
        Files.writeString(state, Files.readString(state).replace("deltarule-checkpoint/1", "deltarule-checkpoint/9"));
        assertTrue(refusal(folder).contains("expected schema deltarule-checkpoint/1"), "a later version's");
        Files.delete(state);
        assertTrue(refusal(folder).contains("expected a checkpoint's state.json"));
        Files.move(newest, temporary.resolve("away"));
        assertEquals(8, run(config("f32", ""), folder).run(true, () -> false).resumedAt(), "the cure");
    }

    private String refusal(Path folder) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> run(config("f32", ""), folder).run(true, () -> false))
                .getMessage();
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunAndKeepsTheCheckpointBefore() throws IOException {
        RunConfig wild = RunConfig.parse("run.json", """
                {
                  "task": {"name": "parity"},
                  "model": {"type": "delta_net", "hidden": 16, "layers": 1, "ff": 24, "std": 1,
                    "set": {"num_heads": 2, "qk_activation": "relu", "qk_norm": "sum"}},
                  "steps": 50, "batch": 3, "length": 12, "optimizer": {"learning_rate": 10, "clip": 0, "warmup": 0}
                }""", Path.of("."));
        Path folder = temporary.resolve("run");
        NotFiniteException stop =
                assertThrows(NotFiniteException.class, () -> run(wild, folder).run(false, () -> false));
        List<String> log = log(folder);
        assertTrue(log.getLast().startsWith("{\"type\":\"not_finite\",\"step\":" + stop.step()), log.getLast());
        assertEquals(stop.step() + 1, log.size());
        assertFalse(Files.exists(folder.resolve("model.safetensors")));
    }

    @Test
    void aRunThatWasKilledBeforeItsFirstCheckpointBeginsAnew() throws IOException {
        Path whole = temporary.resolve("whole");
        run(config("f32", ""), whole).run(false, () -> false);
        Path killed = Files.createDirectories(temporary.resolve("killed"));
        Files.writeString(killed.resolve("log.jsonl"), "{\"type\":\"run\"}\n{\"type\":\"step\",\"step\":1}\n{\"ty");
        assertEquals(0, run(config("f32", ""), killed).run(true, () -> false).resumedAt());
        assertEquals(log(whole), log(killed));
    }

    @Test
    void aFinishedRunHasNothingLeftToDo() {
        Path folder = temporary.resolve("run");
        run(config("f32", ""), folder).run(false, () -> false);
        TrainingRun.Result again = run(config("f32", ""), folder).run(true, () -> false);
        assertTrue(again.finished());
        assertNull(again.evaluation());
        assertEquals(12, again.resumedAt());
    }

    @Test
    void aFolderIsForOneRunAtATime() throws IOException {
        RunConfig config = config("f32", "");
        Path folder = temporary.resolve("run");
        List<String> refusals = new ArrayList<>();
        TrainingRun.Listener meddler = new TrainingRun.Listener() {
            @Override
            public void saved(long step, Path checkpoint) {
                refusals.add(assertThrows(
                                InvalidInputException.class,
                                () -> run(config, folder).run(true, () -> false))
                        .getMessage());
            }
        };
        new TrainingRun(config, new CpuEngine(2), folder, "0-test", meddler).run(false, () -> false);
        assertFalse(refusals.isEmpty());
        assertTrue(refusals.getFirst().contains("no run is at work in"), refusals::getFirst);
        assertFalse(names(folder).contains("run.lock"));
    }
}
