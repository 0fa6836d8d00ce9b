package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.cli.output.ExitCode;
import io.deltarule.core.testkit.TestScope;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands as processes whose output goes nowhere, and whose arguments Java cannot read. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs /dev/full and a POSIX shell")
@Tag(TestScope.THOROUGH)
class OutputProcessTest {
    @TempDir
    Path folder;

    private record Run(int code, String err) {}

    /**
     * Runs a command in a shell.
     *
     * @param where what the shell does with its output, for example {@code > /dev/full}
     */
    private Run run(String before, String where, String... args) throws Exception {
        StringBuilder line = new StringBuilder(before + " '"
                + Path.of(System.getProperty("java.home"), "bin", "java")
                + "' --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED"
                + " --sun-misc-unsafe-memory-access=allow -cp \"$CLASSES\" " + Main.class.getName());
        for (String arg : args) {
            line.append(" '").append(arg).append('\'');
        }
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", line + " " + where).redirectError(err.toFile());
        builder.environment().keySet().removeIf(k -> k.endsWith("_OPTIONS"));
        builder.environment().put("CLASSES", System.getProperty("java.class.path"));
        builder.environment().put("XDG_STATE_HOME", folder.toString());
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "ends");
        List<String> lines = new ArrayList<>(Files.readAllLines(err));
        lines.removeIf(l -> l.startsWith("WARNING: Using incubator") || l.endsWith("(said once)"));
        return new Run(process.exitValue(), String.join("\n", lines));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate --model MODEL --ids 5,6,7 --max-new-tokens 2 --engine reference",
                "generate --model MODEL --ids 5,6,7 --max-new-tokens 2 --engine reference --json",
                "inspect --model MODEL",
                "compare MODEL/expected.safetensors MODEL/expected.safetensors",
                "devices",
                "--version",
                "op --help"
            })
    void aCommandWhoseOutputIsLostFails(String command) throws Exception {
        assumeTrue(new File("/dev/full").exists());
        String model =
                TinyModel.withTokenizer("delta_net", folder.resolve("model")).toString();
        Run run = run("", "> /dev/full", command.replace("MODEL", model).split(" ", -1));
        assertEquals(ExitCode.CANNOT_RUN_HERE, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("deltarule: standard output: expected to write all of it but could not ("));
        assertTrue(run.err().contains("No space left on device"), run.err());
    }

    @Test
    void aClosedOutputIsNoSuccess() throws Exception {
        Run run = run("", ">&-", "--version");
        assertEquals(ExitCode.CANNOT_RUN_HERE, run.code(), run.err());
        assertTrue(run.err().startsWith("deltarule: standard output: expected to write"), run.err());
    }

    /** As every program that a pipe's reader leaves: {@code deltarule inspect … | head -n 1} is no failure to speak of. */
    @Test
    void aReaderThatHasEnoughIsNoFailureToSpeakOf() throws Exception {
        TinyModel model = TinyModel.withTokenizer("delta_net", folder.resolve("model"));
        Path code = folder.resolve("code");
        String inner = "; echo $? > '" + code + "'; } | true";
        Run run = run(
                "{ sleep 1; ",
                inner,
                "generate",
                "--model",
                model.toString(),
                "--ids",
                "5,6",
                "--engine",
                "reference",
                "--ignore-eos");
        assertEquals("", run.err());
        assertEquals(
                Integer.toString(ExitCode.READER_GONE), Files.readString(code).strip());
    }

    @Test
    void aFileThatCannotBeWrittenWholeIsNamed() throws Exception {
        TinyModel model = TinyModel.withTokenizer("delta_net", folder.resolve("model"));
        Path output = folder.resolve("logits.safetensors");
        // 1 KiB blocks: the process may write files of at most 8 KiB.
        Run run = run(
                "ulimit -f 8; trap '' XFSZ;",
                "",
                "logits",
                "--model",
                model.toString(),
                "--ids",
                "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20",
                "--output",
                output.toString(),
                "--engine",
                "reference");
        assertEquals(ExitCode.CANNOT_RUN_HERE, run.code(), run.err());
        assertTrue(run.err().contains(output.toString()), run.err());
        assertTrue(Files.notExists(output), "whole or not at all");
    }

    /** Without the launcher, which sets another locale. */
    @Test
    void lettersThatJavaCannotReadAreRefused() throws Exception {
        Run run = run("LC_ALL=C", "", "generate", "--model", "x", "--prompt", "héllo 中");
        assertEquals(ExitCode.BAD_INPUT, run.code(), run.err());
        assertTrue(run.err().contains("set LC_ALL=C.UTF-8"), run.err());
        assertTrue(run.err().getBytes(StandardCharsets.UTF_8).length < 1000);
    }

    /** In a UTF-8 locale: the character U+FFFD itself is a text, bytes that Java shows as it are none. */
    @Test
    void bytesThatAreNoTextAreRefused() throws Exception {
        Run broken = run("LC_ALL=C.UTF-8", "\"$(printf 'a\\344\\270')\"", "generate", "--model", "x", "--prompt");
        assertEquals(ExitCode.BAD_INPUT, broken.code(), broken.err());
        assertTrue(broken.err().startsWith("deltarule: expected arguments in UTF-8"), broken.err());
        Run text = run(
                "LC_ALL=C.UTF-8",
                "",
                "generate",
                "--model",
                folder.resolve("none").toString(),
                "--prompt",
                "a\uFFFD");
        assertTrue(text.err().contains("none"), "the model's folder is what is wrong: " + text.err());
    }
}
