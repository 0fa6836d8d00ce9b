package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.testkit.TestScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag(TestScope.THOROUGH)
class ExperimentCommandTest {
    private static final List<String> NAMES = List.of(
            "overwrite", "needle", "snr", "retrieval", "speedup", "levels", "parity", "permutations", "language");

    @TempDir
    Path folder;

    @Test
    void withoutANameItSaysWhichThereAre() {
        String out = CliRun.of("experiment").succeeded().out();
        for (String name : NAMES) {
            assertTrue(out.lines().anyMatch(line -> line.matches(name + " +[A-Z].*")), out);
            assertTrue(CliRun.of("experiment", name, "--help").succeeded().out().contains("--seeds"));
        }
        assertTrue(CliRun.of("experiment", "nothing").refusal().contains("'nothing'"));
    }

    @Test
    void aTableSaysWhatWasPublishedAndShowsEverySeed() {
        String out =
                CliRun.of("experiment", "overwrite", "--seeds", "2").succeeded().out();
        assertTrue(out.contains("same claim, smaller model"), out);
        assertTrue(out.contains("arXiv:2102.11174"), out);
        assertTrue(out.contains("seeds 1 to 2"), out);
        assertTrue(out.contains("[1, 1]"), "least and most of the delta rule at 8 keys: " + out);
    }

    @Test
    void aDocumentHasASchemaAndEverySample() throws Exception {
        Path json = folder.resolve("numbers.json");
        Path svg = folder.resolve("figure.svg");
        CliRun.of("experiment", "overwrite", "--seeds", "2", "--seed", "4", "--json", json, "--output", svg)
                .succeeded();
        JsonNode document = new ObjectMapper().readTree(json.toFile());
        assertEquals("deltarule-experiment/1", document.get("schema").asText());
        assertEquals("overwrite", document.get("experiment").asText());
        assertEquals("same claim, smaller model", document.get("scale").asText());
        assertFalse(document.get("published").get("numbers").isEmpty());
        for (JsonNode number : document.get("published").get("numbers")) {
            assertTrue(List.of("authors", "quoted", "recalled", "derived")
                    .contains(number.get("basis").asText()));
        }
        assertEquals("[4,5]", document.get("ours").get("seeds").toString());
        assertEquals("[\"cpu\"]", document.get("ours").get("engines").toString());
        for (JsonNode panel : document.get("panels")) {
            assertTrue(panel.hasNonNull("x_axis") && panel.hasNonNull("y_axis"), panel::toString);
            for (JsonNode curve : panel.get("curves")) {
                boolean measured = curve.get("kind").asText().equals("measured");
                for (JsonNode point : curve.get("points")) {
                    assertEquals(measured ? 2 : 1, point.get("samples").size());
                    double sum = point.get("samples")
                            .valueStream()
                            .mapToDouble(sample -> sample.get("value").asDouble())
                            .sum();
                    assertEquals(
                            sum / point.get("samples").size(), point.get("mean").asDouble(), 1e-12);
                }
            }
        }
        String figure = Files.readString(svg);
        assertTrue(figure.startsWith("<svg") && figure.contains("same claim, smaller model"));
        assertFalse(figure.contains("NaN"));
    }

    @Test
    void whatCannotBeRunIsRefused() {
        assertTrue(
                CliRun.of("experiment", "overwrite", "--seeds", "0").refusal().contains("found 0"));
        assertTrue(
                CliRun.of("experiment", "needle", "--engine", "gpu").refusal().contains("'gpu'"));
        assertTrue(CliRun.of("experiment", "snr", "--output", folder).refusal().contains("folder"));
        assertTrue(CliRun.of("experiment", "language").refusal().contains("npm pack"));
        assertTrue(CliRun.of("experiment", "language", "--text", folder.resolve("none"))
                .refusal()
                .contains("none at"));
    }
}
