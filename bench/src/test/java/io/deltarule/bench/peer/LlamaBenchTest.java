package io.deltarule.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class LlamaBenchTest {
    @TempDir
    private Path folder;

    private final LlamaBench.Task task = new LlamaBench.Task(Path.of("/m.gguf"), 512, 64, 2, 2);

    @Test
    void whatItMeasuredIsRead() throws IOException {
        LlamaBench bench = new LlamaBench(FakeLlamaBench.saying(folder, 512, 64));
        LlamaBenchReport report = bench.run(task);
        assertEquals("77 (abc1234)", report.version());
        assertEquals("CPU", report.backends());
        assertEquals(List.of(1e9, 2e9), report.prefillNanos());
        assertEquals(List.of(62.5e6, 62.5e6), report.tokenNanos());
        assertEquals(4, report.and(bench.run(task)).prefillNanos().size());
        assertEquals(
                "-m /m.gguf -p 512 -n 64 -t 2 -r 2 -ngl 0 -o json",
                Files.readAllLines(folder.resolve("arguments")).getFirst());
    }

    private String refusal(String script) throws IOException {
        LlamaBench bench = new LlamaBench(FakeLlamaBench.running(folder, script));
        String message =
                assertThrows(InvalidInputException.class, () -> bench.run(task)).getMessage();
        assertFalse(message.contains("\n"), message);
        assertTrue(message.startsWith("--llama-bench: expected "), message);
        assertTrue(message.contains("-m /m.gguf -p 512"), "the command to try: " + message);
        return message;
    }

    @Test
    void aProgramThatIsNoneIsRefusedInOneLine() throws IOException {
        String missing = assertThrows(InvalidInputException.class, () -> new LlamaBench(folder.resolve("nothing")))
                .getMessage();
        assertTrue(
                missing.contains("but found nothing at " + folder.resolve("nothing") + "; build llama.cpp"), missing);
        Path text = Files.writeString(folder.resolve("text"), "no program");
        String still = assertThrows(InvalidInputException.class, () -> new LlamaBench(text))
                .getMessage();
        assertTrue(still.contains("something that cannot be run"), still);
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() throws IOException {
        String failed = refusal("echo loading >&2; echo 'error: unknown model architecture' >&2; exit 3");
        assertTrue(failed.contains("but found 3 and 'error: unknown model architecture'"), failed);
        assertTrue(refusal("echo '| model | t/s |'").contains("a JSON list of tests"));
        assertTrue(refusal("true").contains("but found nothing"));
        assertTrue(refusal("echo '{}'").contains("but found '{}'"));
        String other = refusal("echo '" + FakeLlamaBench.json(512, 32).replace("\n", "") + "'");
        assertTrue(
                other.contains("a test with n_prompt 0 and n_gen 64") && other.contains("none among 2 tests"), other);
        String empty = FakeLlamaBench.json(512, 64).replace("\n", "").replace("1000000000, 2000000000", "0");
        assertTrue(refusal("echo '" + empty + "'").contains("samples_ns above 0"));
    }
}
