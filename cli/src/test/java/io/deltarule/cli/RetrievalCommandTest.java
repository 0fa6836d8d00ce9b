package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

@Tag(TestScope.THOROUGH)
class RetrievalCommandTest {
    private static final Object[] SMALL = {"experiment", "retrieval", "--K", "8", "--V", "8", "--trials", "2"};

    @TempDir
    Path folder;

    private static CliRun small(Object... more) {
        return CliRun.of(Stream.concat(Stream.of(SMALL), Stream.of(more)).toArray());
    }

    @Test
    void aTableOfAllPanels() {
        CliRun run = small().succeeded();
        for (String text : List.of("Exact cues", "Noisy cues", "Full state", "One write, both reads", "chance")) {
            assertTrue(run.out().contains(text), run.out());
        }
    }

    @Test
    void aJsonDocument() throws Exception {
        JsonNode document = new ObjectMapper()
                .readTree(small("--json", "--seed", "5").succeeded().out());
        assertEquals("deltarule-experiment/1", document.get("schema").asText());
        assertEquals(5, document.get("ours").get("seeds").get(0).asLong());
        assertTrue(document.get("ours").get("set_up").asText().startsWith("K 8, V 8"));
        assertEquals(4, document.get("panels").size());
        for (JsonNode panel : document.get("panels")) {
            List<JsonNode> curves = panel.get("curves").valueStream().toList();
            assertEquals("chance", curves.getLast().get("kind").asText());
            for (JsonNode curve : curves.subList(0, curves.size() - 1)) {
                assertFalse(curve.get("points").isEmpty());
                for (int i = 0; i < curve.get("points").size(); i++) {
                    JsonNode sample = curve.get("points").get(i).get("samples").get(0);
                    double accuracy = sample.get("value").asDouble(-1);
                    assertTrue(accuracy >= 0 && accuracy <= 1, sample::toString);
                    assertTrue(sample.get("deviation").asDouble(-1) >= 0, sample::toString);
                    assertTrue(Math.abs(sample.get("cosine").asDouble(2)) <= 1 + 1e-6, sample::toString);
                    assertEquals(
                            1 / sample.get("stored").asDouble(),
                            curves.getLast().get("points").get(i).get("mean").asDouble(),
                            1e-12);
                }
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameNumbersAndAnotherOthers() {
        String once = small("--json").succeeded().out();
        assertEquals(once, small("--json").succeeded().out());
        assertFalse(once.replace("[ 1 ]", "")
                .equals(small("--json", "--seed", "2").succeeded().out().replace("[ 2 ]", "")));
        assertEquals(
                once,
                CliRun.of("retrieval", "--K", "8", "--V", "8", "--trials", "2", "--json")
                        .succeeded()
                        .out(),
                "as it was called before there were other experiments");
    }

    @Test
    void aFigureThatIsWholeAndTheSameEveryTime() throws Exception {
        Path svg = folder.resolve("figure.svg");
        Path json = folder.resolve("numbers.json");
        small("--output", svg, "--json", json).succeeded();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element root = factory.newDocumentBuilder().parse(svg.toFile()).getDocumentElement();
        assertEquals("svg", root.getTagName());
        String text = root.getTextContent();
        for (String part : List.of("Exact cues", "share of payloads retrieved", "chance, 1 / N", "N / K")) {
            assertTrue(text.contains(part), text);
        }
        assertTrue(root.getElementsByTagName("circle").getLength() > 50, "points of the curves");
        String content = Files.readString(svg);
        assertFalse(content.contains("NaN"), "a coordinate that is not a number");
        assertEquals(4, new ObjectMapper().readTree(json.toFile()).get("panels").size());
        Path again = folder.resolve("again.svg");
        small("--output", again).succeeded();
        assertEquals(content, Files.readString(again));
        assertEquals(3, listing(), "nothing left beside");
    }

    @Test
    void whatCannotBeRunIsRefused() throws IOException {
        assertTrue(CliRun.of("experiment", "retrieval", "--K", "7").refusal().contains("found 7"));
        assertTrue(
                CliRun.of("experiment", "retrieval", "--K", "100000").refusal().contains("1024"));
        assertTrue(CliRun.of("experiment", "retrieval", "--K", "16").refusal().contains("V / 2 = 32"));
        assertTrue(CliRun.of("experiment", "retrieval", "--V", "9").refusal().contains("take 10"));
        assertTrue(
                CliRun.of("experiment", "retrieval", "--trials", "1").refusal().contains("--trials"));
        assertTrue(CliRun.of("experiment", "retrieval", "--seed", "x").refusal().contains("'x'"));
        assertTrue(CliRun.of("experiment", "retrieval", "--sharpness", "0")
                .refusal()
                .contains("--sharpness"));
        assertTrue(CliRun.of("experiment", "retrieval", "--sharpness", "NaN")
                .refusal()
                .contains("NaN"));
        assertTrue(CliRun.of("experiment", "retrieval", "--engine", "gpu")
                .refusal()
                .contains("'gpu'"));
        assertTrue(CliRun.of("experiment", "retrieval", "--output", folder)
                .refusal()
                .contains("folder"));
        assertTrue(CliRun.of("experiment", "retrieval", "--output", folder.resolve("no/figure.svg"))
                .refusal()
                .contains("no folder"));
        assertTrue(CliRun.of("experiment", "retrieval", "--json", folder.resolve("no/numbers.json"))
                .refusal()
                .contains("--json"));
        assertTrue(CliRun.of("experiment", "retrieval", "extra").refusal().contains("'extra'"));
        assertEquals(0, listing());
    }

    private long listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
