package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.JavaExample;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.chat.ChatFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents' Java is compiled and run as it stands. */
@Tag(TestScope.THOROUGH)
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path scratch;

    private JavaExample example(String document, int index) {
        return JavaExample.of(
                ROOT.resolve(document),
                index,
                scratch.resolve("classes" + index),
                "io.deltarule.core",
                "io.deltarule.models.inference",
                "io.deltarule.models.chat");
    }

    @Test
    void theOperationRuns() throws Exception {
        float[] queries = new float[9 * 2 * 8];
        float[] values = new float[9 * 4 * 6];
        float[] gates = new float[9 * 4];
        String printed = example("README.md", 1)
                .run(
                        "int T, int H, int HV, int K, int V, float[] queries, float[] keys, float[] values,"
                                + " float[] logDecays, float[] strengths",
                        9,
                        2,
                        4,
                        8,
                        6,
                        queries,
                        queries,
                        values,
                        gates,
                        gates);
        assertEquals("read-out [1, 9, 4, 6], state [1, 4, 8, 6]", printed.strip());
    }

    @Test
    void theModelGoesOnWithAText() throws Exception {
        Path model =
                TinyModel.withTokenizer("delta_net", scratch.resolve("model")).folder();
        String printed = example("README.md", 0).run("java.nio.file.Path folder", model);
        assertTrue(printed.matches("(?s).+\\n[0-9]+ new tokens, ended by (LENGTH|STOP)\\R"), printed);
    }

    @Test
    void theGuidesExamplesRun() throws Exception {
        Path model =
                TinyModel.withTokenizer("qwen3_next", scratch.resolve("model")).folder();
        String streamed = example("docs/generation.md", 0).run("java.nio.file.Path folder", model);
        assertEquals(
                1, streamed.lines().filter(line -> line.startsWith("after ")).count(), streamed);
        String states = example("docs/generation.md", 1)
                .run("java.nio.file.Path folder, java.nio.file.Path file", model, scratch.resolve("state"));
        assertEquals("same text from memory, file and after rolling back: true", states.strip());
        String batch = example("docs/generation.md", 2).run("java.nio.file.Path folder", model);
        assertEquals(
                3,
                batch.lines().filter(line -> line.matches("[0-2]: \\[.*, .*]")).count(),
                batch);
    }

    @Test
    void theGuidesConversationRuns() throws Exception {
        Path model = ChatFolder.write(scratch.resolve("chat"), ChatFolder.saying("ok"), ChatFolder.FAITHFUL);
        String printed = example("docs/generation.md", 3).run("java.nio.file.Path folder", model);
        assertTrue(printed.matches("okok\\R" + "read [0-9]+ tokens, then [0-9]+ of [0-9]+\\R"), printed);
        int[] counts = Pattern.compile("[0-9]+")
                .matcher(printed)
                .results()
                .mapToInt(m -> Integer.parseInt(m.group()))
                .toArray();
        assertTrue(counts[1] < counts[2] - counts[0], "the second turn reads its own tokens only");
    }

    /** Every file that the README links to is there. */
    @Test
    void itsLinksLeadSomewhere() throws Exception {
        Matcher link = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(ROOT.resolve("README.md")));
        int links = 0;
        while (link.find()) {
            assertTrue(Files.exists(ROOT.resolve(link.group(1))), link.group(1));
            links++;
        }
        assertTrue(links > 5);
    }
}
