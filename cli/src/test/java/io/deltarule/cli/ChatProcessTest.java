package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.chat.ChatFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code chat} as a process: Ctrl-C, Ctrl-D, and a terminal. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX signals")
@Tag(TestScope.THOROUGH)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChatProcessTest {
    @TempDir
    Path folder;

    private Path endless() {
        return ChatFolder.write(folder.resolve("model"), ChatFolder.endless(), ChatFolder.FAITHFUL);
    }

    private static List<String> command(Path model, boolean terminal) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dstdout.encoding=UTF-8",
                "-Dio.deltarule.terminal=" + terminal,
                "-Dio.deltarule.terminal.input=" + terminal,
                "-Dio.deltarule.terminal.output=" + terminal,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(
                List.of("chat", "--model", model.toString(), "--engine", "reference", "--max-new-tokens", "1000000"));
        return command;
    }

    private static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(k -> k.endsWith("_OPTIONS")); // java tells of those that it picks up
        builder.environment().put("TERM", "xterm");
        return builder;
    }

    private static void interrupt(Process process) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString();
    }

    @Test
    void anInterruptEndsTheAnswerAndNotTheProgram() throws Exception {
        assumeTrue(InterruptedGenerationTest.interruptsArrive(), "whatever started this has interrupts ignored");
        Path err = folder.resolve("err");
        Process process =
                builder(command(endless(), false)).redirectError(err.toFile()).start();
        try (InputStream out = process.getInputStream();
                OutputStream in = process.getOutputStream()) {
            for (int turn = 0; turn < 2; turn++) {
                in.write("Hi\n".getBytes(StandardCharsets.UTF_8));
                in.flush();
                assertEquals('a', out.read(), () -> errors(err));
                interrupt(process);
                assertTrue(line(out).matches("(ba)*b?"), "the line is ended");
            }
            process.getOutputStream().close();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "ends with its input");
            assertEquals(0, process.exitValue());
            assertEquals(
                    2,
                    Files.readString(err)
                            .lines()
                            .filter("deltarule: interrupted"::equals)
                            .count());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String errors(Path err) {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** A terminal of its own, which script(1) makes: what is typed there, Ctrl-C and Ctrl-D are bytes. */
    @Test
    void onATerminal() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) makes the terminal");
        StringBuilder quoted = new StringBuilder("exec "); // a shell that stays would be interrupted too
        for (String word : command(endless(), true)) {
            quoted.append('\'').append(word.replace("'", "'\\''")).append("' ");
        }
        Process process = builder(List.of("/usr/bin/script", "-qec", quoted.toString(), "/dev/null"))
                .redirectErrorStream(true)
                .start();
        try (InputStream out = process.getInputStream();
                OutputStream in = process.getOutputStream()) {
            StringBuilder seen = new StringBuilder();
            until(out, seen, "> ");
            type(in, "Hi!!\r");
            until(out, seen, "abab");
            type(in, "\u0003");
            until(out, seen, "interrupted");
            until(out, seen, "> ");
            type(in, "\u0003");
            until(out, seen, "Ctrl-D or /quit ends the conversation");
            type(in, "/help\r");
            until(out, seen, "/thinking on|off");
            until(out, seen, "> ");
            type(in, "\u0004");
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "ends with Ctrl-D: " + seen);
            assertEquals(0, process.exitValue(), seen::toString);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void type(OutputStream in, String keys) throws IOException {
        in.write(keys.getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    private static void until(InputStream out, StringBuilder seen, String text) throws IOException {
        int from = seen.length();
        while (seen.indexOf(text, from) < 0) {
            int b = out.read();
            assertTrue(b >= 0, () -> "expected '" + text + "' but the output ended: " + seen);
            seen.append((char) b);
        }
    }
}
