package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.testkit.Float32Recurrence;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.loader.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every published family: texts go on as in the libraries that wrote them, side by side, and from copied states. */
@Tag(TestScope.THOROUGH)
class PublishedGenerationTest {
    private static final int PROMPT = 19;
    private static final int CONTEXT = 96;

    @TempDir
    Path scratch;

    static Stream<Arguments> foldersAndEngines() throws IOException, URISyntaxException {
        Path all =
                Path.of(PublishedGenerationTest.class.getResource("/published").toURI());
        List<DeltaEngine> engines = List.of(new ReferenceEngine(), new CpuEngine(2));
        try (Stream<Path> folders = Files.list(all)) {
            List<Path> sorted = folders.filter(Files::isDirectory).sorted().toList();
            return sorted.stream().flatMap(folder -> engines.stream().map(engine -> Arguments.of(folder, engine)));
        }
    }

    private static int[] expected(Path folder, String name) {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            return Arrays.stream(file.readLongs(name))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }
    }

    private static int[] part(int[] ids, int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }

    private static GenerationOptions greedy(int count) {
        return GenerationOptions.greedy(count).withStops(java.util.Set.of());
    }

    private static int[] all(Decoder decoder) {
        while (decoder.step()) {
            // until the length is reached
        }
        return decoder.completion(0).ids();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("foldersAndEngines")
    void textsGoOnAsTheirsSideBySideAndFromASavedState(Path folder, DeltaEngine engine) {
        int[] greedy = expected(folder, "greedy");
        int[] rest = part(greedy, PROMPT, greedy.length);
        Path file = scratch.resolve("state");
        try (LanguageModel model = LanguageModel.open(folder, engine, null)) {
            try (Session batch =
                    model.session(SessionOptions.of(CONTEXT).withSequences(3).withPiece(16))) {
                batch.feed(part(greedy, 0, PROMPT), expected(folder, "input_ids"), part(greedy, 0, PROMPT + 4));
                Decoder decoder = new Decoder(batch, greedy(12));
                assertArrayEquals(part(rest, 0, 12), all(decoder));
                assertArrayEquals(part(rest, 4, 16), decoder.completion(2).ids(), "begun four tokens later");
                assertTrue(decoder.completion(1).ids().length == 12);
            }
            try (Session session = model.session(CONTEXT)) {
                session.feed(new int[][] {part(greedy, 0, PROMPT)});
                assertArrayEquals(part(rest, 0, 6), all(new Decoder(session, greedy(6))));
                session.state(0).save(file, model.network());
                assertArrayEquals(part(rest, 6, 16), all(new Decoder(session, greedy(10))));
                session.rollback(0, 13);
                assertArrayEquals(part(rest, 3, 16), all(new Decoder(session, greedy(13))));
            }
            try (Session session = model.session(greedy.length)) {
                session.restore(0, ModelState.load(file, model.network()));
                assertArrayEquals(part(rest, 6, 16), all(new Decoder(session, greedy(10))));
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("foldersAndEngines")
    void prefillThenDecodingEqualsOnePrefill(Path folder, DeltaEngine engine) {
        int[] ids = expected(folder, "input_ids");
        try (LanguageModel model = LanguageModel.open(folder, engine, null)) {
            int vocabulary = model.network().vocabulary();
            Tensor whole = Tensor.zeros(ids.length, vocabulary).fill(Float.NaN);
            Tensor parts = Tensor.zeros(ids.length, vocabulary).fill(Float.NaN);
            SessionOptions options = SessionOptions.of(CONTEXT).withAllLogits(vocabulary);
            try (Session session = model.session(options);
                    Session pieces = model.session(options.withPiece(23))) {
                session.feed(ids, (first, rows) -> paste(rows, whole, first));
                int prefilled = ids.length - 12;
                pieces.feed(part(ids, 0, prefilled), (first, rows) -> paste(rows, parts, first));
                for (int t = prefilled; t < ids.length; t++) {
                    pieces.feed(part(ids, t, t + 1), (first, rows) -> paste(rows, parts, first));
                }
            }
            Comparison comparison = Comparison.of(folder.getFileName() + " on " + engine.name(), whole, parts);
            assertTrue(comparison.within(4 * Float32Recurrence.REORDERING_FLOOR), comparison::toString);
        }
    }

    private static void paste(Tensor rows, Tensor to, int first) {
        NetworkPlans.slice(to, first, rows.dim(0)).copyFrom(rows);
    }

    /** Bit for bit: what was saved is all that there is. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("foldersAndEngines")
    void aReloadedStateGivesTheSameLogits(Path folder, DeltaEngine engine) {
        int[] ids = expected(folder, "input_ids");
        Path file = scratch.resolve("state");
        try (LanguageModel model = LanguageModel.open(folder, engine, null);
                Session one = model.session(CONTEXT);
                Session other = model.session(CONTEXT + 40)) {
            int n = ids.length;
            one.feed(new int[][] {part(ids, 0, n - 33)});
            one.state(0).save(file, model.network());
            ModelState state = ModelState.load(file, model.network());
            one.restore(0, state); // what float64 has beyond the file is not part of the comparison
            other.restore(0, state);
            for (int[] more : new int[][] {part(ids, n - 33, n - 32), part(ids, n - 32, n - 3), part(ids, n - 3, n)}) {
                one.feed(new int[][] {more});
                other.feed(new int[][] {more});
                assertArrayEquals(one.logits(0).toArray(), other.logits(0).toArray());
            }
        }
    }
}
