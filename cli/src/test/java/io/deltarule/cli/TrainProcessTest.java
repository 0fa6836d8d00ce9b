package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training as a process that is interrupted, politely and not, and goes on. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell's signals")
@Tag(TestScope.THOROUGH)
class TrainProcessTest {
    private static final int STEPS = 160;

    @TempDir
    private Path folder;

    private Process start(Path run, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dio.deltarule.terminal=false",
                "-Ddeltarule.cpu.threads=2",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "train",
                "--config",
                config().toString(),
                "--output",
                run.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(k -> k.endsWith("_OPTIONS")); // java tells of those that it picks up
        return builder.start();
    }

    private Path config() throws IOException {
        return Files.writeString(folder.resolve("run.json"), """
                {"task": {"name": "parity", "shortest": 3}, "steps": %d, "batch": 4, "length": 24,
                 "model": {"type": "gated_deltanet", "hidden": 16, "layers": 2, "ff": 24,
                   "set": {"num_heads": 2, "head_dim": 8}},
                 "evaluation": {"every": 50, "batches": 1}, "checkpoints": {"every": 40, "keep": 3}}""".formatted(STEPS));
    }

    private static long steps(Path run) throws IOException {
        Path log = run.resolve("log.jsonl");
        if (!Files.exists(log)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith("{\"type\":\"step\"")).count();
        }
    }

    /** Waits until a run has come so far. */
    private void await(Process process, Path run, int step) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (steps(run) < step) {
            assertTrue(process.isAlive(), () -> "ended early: " + err());
            assertTrue(System.nanoTime() < end, "three minutes for " + step + " steps");
            Thread.sleep(5);
        }
    }

    private String err() {
        try {
            return Files.readString(folder.resolve("err"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void finish(Process process) throws Exception {
        try {
            assertTrue(process.waitFor(4, TimeUnit.MINUTES), "ends");
            assertEquals(0, process.exitValue(), this::err);
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> log(Path run) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("log.jsonl"))) {
            ObjectNode node = (ObjectNode) new ObjectMapper().readTree(line);
            node.remove("seconds");
            lines.add(node.toString());
        }
        return lines;
    }

    @Test
    void killedAndInterruptedItGoesOnToTheSameLosses() throws Exception {
        Path whole = folder.resolve("whole");
        finish(start(whole));
        Path parts = folder.resolve("parts");
        Process killed = start(parts);
        try {
            await(killed, parts, 55); // between two checkpoints
        } finally {
            killed.destroyForcibly();
        }
        killed.waitFor();
        assertEquals(137, killed.exitValue());
        Process interrupted = start(parts, "--resume");
        try {
            await(interrupted, parts, 75);
            boolean arrives = InterruptedGenerationTest.interruptsArrive();
            String signal = arrives ? "-INT" : "-TERM";
            assertEquals(
                    0,
                    new ProcessBuilder("kill", signal, Long.toString(interrupted.pid()))
                            .start()
                            .waitFor());
            assertTrue(interrupted.waitFor(2, TimeUnit.MINUTES), "ends");
            assertEquals(arrives ? 130 : 143, interrupted.exitValue());
        } finally {
            interrupted.destroyForcibly();
        }
        long reached = steps(parts);
        assertTrue(reached < STEPS, "interrupted in time: " + reached);
        assertTrue(Files.isDirectory(parts.resolve("checkpoints/step-" + reached)), "saved where it stopped");
        assertTrue(err().contains("stopped after step " + reached) && err().contains("--resume"), err());
        finish(start(parts, "--resume"));
        assertEquals(log(whole), log(parts));
        assertEquals(-1, Files.mismatch(whole.resolve("model.safetensors"), parts.resolve("model.safetensors")));
    }
}
