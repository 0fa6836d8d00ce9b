package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while a text is made, as a process. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX file permissions")
@Tag(TestScope.THOROUGH)
class InterruptedGenerationTest {
    @TempDir
    Path folder;

    @Test
    void leavesACleanTerminalAndNoState() throws Exception {
        boolean interrupted = interruptsArrive();
        TinyModel model = TinyModel.withTokenizer("delta_net", folder.resolve("model"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dstdout.encoding=UTF-8",
                        "-Dio.deltarule.terminal=false",
                        "-Dio.deltarule.terminal.output=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "generate",
                        "--model",
                        model.toString(),
                        "--ids",
                        "5,6,7",
                        "--max-new-tokens",
                        "1000000",
                        "--max-context",
                        "1000000",
                        "--ignore-eos",
                        "--engine",
                        "reference",
                        "--save-state",
                        folder.resolve("state").toString())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(k -> k.endsWith("_OPTIONS")); // java tells of those that it picks up
        Process process = builder.start();
        try (InputStream out = process.getInputStream()) {
            int first = out.read(); // the text appears while it is made
            assertTrue(first > 0, () -> "output before the end; exit " + process.isAlive());
            assertTrue(process.isAlive());
            assertEquals(
                    0,
                    new ProcessBuilder("kill", interrupted ? "-INT" : "-TERM", Long.toString(process.pid()))
                            .start()
                            .waitFor());
            String rest = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "ends");
            assertEquals(interrupted ? 130 : 143, process.exitValue());
            assertTrue(rest.endsWith("\n"), "the line is ended");
            assertTrue(rest.codePoints().noneMatch(c -> c == 0x1b), "nothing drives the terminal");
            try (Stream<Path> files = Files.list(folder)) {
                assertEquals(
                        List.of(folder.resolve("err"), model.folder()),
                        files.sorted().toList(),
                        "no state, whole or half");
            }
            String err = Files.readString(folder.resolve("err"));
            assertTrue(err.lines().allMatch(line -> line.startsWith("WARNING")), err);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * False where whatever started this JVM has Ctrl-C ignored, as shells do for commands in the background: children and
     * their JVMs then ignore it too, and the other polite signal has to stand in.
     */
    static boolean interruptsArrive() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return true;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .allMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) == 0);
    }
}
