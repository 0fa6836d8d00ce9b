package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An engine that is broken in everything it does is found out by the command that people run, and never timed. */
@Tag(TestScope.THOROUGH)
class BrokenEngineTest {
    @TempDir
    Path folder;

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private URLClassLoader with;

    @BeforeEach
    void putOnTheClassPath() throws IOException {
        Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
        Files.writeString(
                services.resolve("io.deltarule.core.DeltaEngine"),
                String.join(
                        "\n",
                        BrokenEngine.Wrong.class.getName(),
                        BrokenEngine.Undefined.class.getName(),
                        BrokenEngine.Throwing.class.getName(),
                        BrokenEngine.Tiring.class.getName()));
        with = new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()}, before);
        Thread.currentThread().setContextClassLoader(with);
    }

    @AfterEach
    void takeAway() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        with.close();
    }

    private static JsonNode valid(Path results) throws IOException {
        return ResultsSchema.valid(new ObjectMapper().readTree(results.toFile()));
    }

    @ParameterizedTest
    @CsvSource({"wrong, wrong, WRONG", "undefined, wrong, WRONG", "throwing, failed, failed"})
    void nothingOfItIsTimed(String engine, String status, String inTheTable) throws IOException {
        Path results = folder.resolve("results");
        CliRun run =
                CliRun.of("bench", "--suite", "standard", "--seconds", "0.1", "--engine", engine, "--output", results);
        assertEquals(ExitCode.MISMATCH, run.code(), run.err());
        JsonNode document = valid(results.resolve("results.json"));
        Set<String> suites = new TreeSet<>();
        for (JsonNode row : document.get("results")) {
            suites.add(row.get("suite").asText());
            // a plan that looks at its outputs itself says so before they are compared
            boolean refused = row.get("problem").asText().contains("expected finite numbers but found NaN");
            assertEquals(refused ? "failed" : status, row.get("status").asText(), row::toString);
            assertTrue(!refused || engine.equals("undefined"), row::toString);
            assertFalse(row.get("problem").asText().isEmpty(), row::toString);
            for (String time : new String[] {"median_ms", "p10_ms", "gflops", "kernel_ms", "first_run_ms"}) {
                assertFalse(row.has(time), row::toString);
            }
        }
        assertTrue(
                suites.containsAll(Set.of("prefill", "length", "heads", "deltalens", "decode_batch", "backward")),
                suites::toString);
        assertTrue(suites.containsAll(Set.of("layer", "model")), suites::toString);
        JsonNode ceilings = null;
        for (JsonNode device : document.get("devices")) {
            ceilings = device.get("engine").asText().equals(engine) ? device.get("ceilings") : ceilings;
        }
        assertEquals("failed", ceilings.get("status").asText());
        assertTrue(ceilings.get("gflops").isNull()
                && ceilings.get("copy_gbytes_per_s").isNull());
        assertEquals(3, document.get("transfers").size());
        document.get("transfers")
                .forEach(
                        t -> assertTrue(t.get("status").asText().equals("failed") && !t.has("median_ms"), t::toString));

        String row = run.out()
                .lines()
                .filter(line -> line.startsWith("prefill/kda"))
                .findFirst()
                .orElseThrow();
        assertTrue(row.contains(inTheTable) && !row.contains(" ms"), row);
        assertTrue(run.out().contains("ceilings: matrix product none, copy none"), run.out());
        String page = Files.readString(results.resolve("report.html"));
        assertTrue(page.contains("id=\"failures\"") && page.contains("0 configurations matched"));
        assertTrue(page.contains("model/decode (") && page.contains("backward/"), "named among the failures");
    }

    @Test
    void whatBreaksWhileItIsTimedHasNoTimeEither() throws IOException {
        Path results = folder.resolve("results");
        CliRun run = CliRun.of(
                "bench",
                "--suite",
                "quick",
                "--seconds",
                "0.1",
                "--engine",
                "tiring",
                "--direction",
                "forward",
                "--output",
                results);
        assertEquals(ExitCode.MISMATCH, run.code(), run.err());
        boolean broke = false;
        for (JsonNode row : valid(results.resolve("results.json")).get("results")) {
            assertEquals("failed", row.get("status").asText(), row::toString);
            assertFalse(row.has("median_ms"), row::toString);
            broke |= row.get("problem").asText().contains("out of breath");
        }
        assertTrue(broke);
    }
}
