package io.deltarule.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.deltarule.core.Engines;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Sampling;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import io.deltarule.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateJobTest {
    private static final int TOKENS = 600;
    private static final int NEW = 16;

    /** As SegmentsTest: no more than twice what one process differs from float64, and a floor. */
    private static final double FLOOR = 2e-6;

    @TempDir
    Path temp;

    private Path model;
    private Path state;

    @BeforeEach
    void prepare() {
        LocalSpark.session();
        state = temp.resolve("state.safetensors");
    }

    private static int[] ids(int count) {
        return new Random(4).ints(count, 2, 384).toArray();
    }

    private List<JsonNode> run(String name, int tokens, int segments, Path save) throws IOException {
        model = temp.resolve(name);
        if (!Files.exists(model)) {
            CorpusModel.unpack(name, model);
        }
        Path file = Files.writeString(temp.resolve("ids.json"), Arrays.toString(ids(tokens)));
        StateConfig config = new StateConfig(
                "state",
                model.toString(),
                null,
                "cpu",
                null,
                "float32",
                0,
                null,
                file.toString(),
                save == null ? null : save.toString(),
                segments,
                128);
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        JobMain.run(JobConfig.JSON.writeValueAsString(config), new PrintStream(told, true, StandardCharsets.UTF_8));
        List<JsonNode> events = new ArrayList<>();
        for (String line : told.toString(StandardCharsets.UTF_8).lines().toList()) {
            events.add(JobConfig.JSON.readTree(line));
        }
        return events;
    }

    /** What one process goes on with, greedily, and its states before. */
    @SuppressWarnings("ArrayRecordComponent") // never modified
    private record GoneOn(int[] ids, List<float[]> deltas) {}

    private GoneOn inOneProcess(String engine) {
        try (LanguageModel opened = LanguageModel.open(model, Engines.named(engine), null);
                Session session = opened.session(TOKENS + NEW)) {
            session.feed(new int[][] {ids(TOKENS)});
            List<float[]> deltas = session.state(0).deltas(opened.network());
            return new GoneOn(greedy(session), deltas);
        }
    }

    private GoneOn fromTheFile() {
        try (LanguageModel opened = LanguageModel.open(model, Engines.named("cpu"), null);
                Session session = opened.session(TOKENS + NEW)) {
            ModelState loaded = ModelState.load(state, opened.network());
            assertArrayEquals(ids(TOKENS), loaded.ids());
            session.restore(0, loaded);
            return new GoneOn(greedy(session), loaded.deltas(opened.network()));
        }
    }

    private static int[] greedy(Session session) {
        Decoder decoder = new Decoder(session, new GenerationOptions(NEW, Sampling.GREEDY, Set.of()));
        while (decoder.step()) {}
        return decoder.completion(0).ids();
    }

    private static double distance(List<float[]> a, List<float[]> b) {
        double worst = 0;
        assertEquals(a.size(), b.size());
        for (int i = 0; i < a.size(); i++) {
            double difference = 0;
            double all = 0;
            for (int j = 0; j < a.get(i).length; j++) {
                difference += Math.pow((double) a.get(i)[j] - b.get(i)[j], 2);
                all += Math.pow(a.get(i)[j], 2);
            }
            worst = Math.max(worst, Math.sqrt(difference / all));
        }
        return worst;
    }

    @Test
    void theSavedStateGoesOnAsOneProcess() throws IOException {
        List<JsonNode> events = run("delta_net", TOKENS, 3, state);
        JsonNode done = events.getLast();
        assertEquals("done", done.get("deltarule").asText(), done.toString());
        GoneOn exact = inOneProcess("reference");
        GoneOn plain = inOneProcess("cpu");
        GoneOn found = fromTheFile();
        assertArrayEquals(plain.ids(), found.ids());
        assertEquals(NEW, found.ids().length);
        double own = distance(exact.deltas(), plain.deltas());
        double segments = distance(exact.deltas(), found.deltas());
        assertTrue(segments <= 2 * own + FLOOR, () -> "segments " + segments + ", the sequence itself " + own);
        assertPlan(done, 3, 4);
        assertTrue(done.get("seconds").asDouble() > 0);
        assertEquals(state.toString(), done.get("state").asText());
        List<String> steps = events.stream()
                .filter(event -> event.get("deltarule").asText().equals("progress"))
                .map(event -> event.get("step").asText().replaceFirst(" \\(.*", ""))
                .toList();
        assertEquals(
                List.of(
                        "measuring what the machines do",
                        "stage 1 of 4",
                        "stage 2 of 4",
                        "stage 3 of 4",
                        "stage 4 of 4"),
                steps);
    }

    private static void assertPlan(JsonNode plan, int segments, int stages) {
        assertEquals(TOKENS, plan.get("tokens").asInt());
        assertEquals(segments, plan.get("segments").asInt());
        assertEquals(stages, plan.get("stages").asInt());
        for (String seconds : List.of("one_seconds", "segments_seconds", "measuring_seconds")) {
            assertTrue(plan.get(seconds).asDouble() > 0, seconds);
        }
        assertTrue(plan.get("pays").isBoolean());
        assertTrue(plan.has("least_tokens"));
        assertEquals(5, plan.get("rates").size());
        for (JsonNode rate : plan.get("rates")) {
            assertTrue(rate.asDouble() > 0, plan.toString());
        }
    }

    @Test
    void aPlanComputesNothingAndTakesAsManySegmentsAsThereAreCores() throws IOException {
        JsonNode done = run("delta_net", TOKENS, 0, null).getLast();
        assertEquals("done", done.get("deltarule").asText(), done.toString());
        assertPlan(done, 2, 4);
        assertFalse(done.get("pays").asBoolean(), "600 tokens are too few");
        assertTrue(done.get("segment_bytes").asLong() > 0);
        assertFalse(done.has("state"));
        assertFalse(done.has("seconds"));
    }

    @Test
    void oneSegmentIsOneProcessBitForBit() throws IOException {
        JsonNode done = run("delta_net", TOKENS, 1, state).getLast();
        assertEquals("done", done.get("deltarule").asText(), done.toString());
        assertEquals(1, done.get("stages").asInt());
        try (LanguageModel opened = CorpusModel.open(model, 1);
                Session session = opened.session(SessionOptions.of(TOKENS).withPiece(128))) {
            session.feed(new int[][] {ids(TOKENS)});
            List<float[]> expected = session.state(0).deltas(opened.network());
            List<float[]> found = ModelState.load(state, opened.network()).deltas(opened.network());
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), found.get(i), 0f);
            }
        }
    }

    private void assertRefused(String message, List<JsonNode> events) {
        assertEquals(1, events.size(), "nothing was computed: " + events);
        JsonNode failed = events.getFirst();
        assertEquals("failed", failed.get("deltarule").asText());
        assertEquals("input", failed.get("kind").asText());
        assertEquals(message, failed.get("message").asText());
        assertFalse(Files.exists(state));
    }

    @Test
    void whatCannotBeDoneIsRefusedBeforeAnythingIsComputed() throws IOException {
        assertRefused(
                "segments: expected at least 1, each of more than 9 tokens, over which this model's convolutions look back,"
                        + " but found 70 for 600 tokens; take fewer",
                run("delta_net", TOKENS, 70, state));
        assertRefused(
                "segments: expected at least one token but found none; give a longer text",
                run("delta_net", 0, 2, state));
        String expected =
                "segments: expected a model whose layers carry delta states and the last inputs of convolutions"
                        + " only but found ";
        assertRefused(
                expected + "Attention (model.layers.3.self_attn.o); read the text as one sequence",
                run("qwen3_next", TOKENS, 2, state));
        assertRefused(
                expected + "memory tokens; read the text as one sequence", run("nemotron_flash", TOKENS, 2, state));
    }

    @Test
    void aFileThatCannotBeWrittenIsNotThere() throws IOException {
        Path nowhere = temp.resolve("no/such/folder/state.safetensors");
        JsonNode failed = run("delta_net", TOKENS, 2, nowhere).getLast();
        assertEquals("failed", failed.get("deltarule").asText());
        assertFalse(Files.exists(nowhere));
    }
}
