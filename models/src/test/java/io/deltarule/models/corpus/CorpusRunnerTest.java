package io.deltarule.models.corpus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.FinishReason;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Perplexity;
import io.deltarule.models.inference.Sampling;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusRunnerTest {
    private static final CorpusOptions OPTIONS = new CorpusOptions(96, 6, 0);
    private static final int WORDS = 60; // the longest texts are past a piece

    @TempDir
    Path temp;

    private static <R> List<Outcome<R>> run(
            LanguageModel model, CorpusTask<R> task, CorpusOptions options, List<CorpusText> texts) {
        List<Outcome<R>> outcomes = new ArrayList<>();
        try (CorpusRunner<R> runner = new CorpusRunner<>(model, task, options, new PrefixStates(1 << 20))) {
            runner.run(texts.iterator()).forEachRemaining(outcomes::add);
        }
        assertEquals(texts.size(), outcomes.size());
        return outcomes;
    }

    private static <R> List<Outcome<R>> alone(
            LanguageModel model, CorpusTask<R> task, CorpusOptions options, List<CorpusText> texts) {
        return texts.stream()
                .flatMap(text -> run(model, task, options, List.of(text)).stream())
                .toList();
    }

    private static List<CorpusText> texts(int count) {
        return CorpusModel.texts(count, WORDS, 7).stream().map(CorpusText::of).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta_net", "qwen3_next"})
    void scoresAreThoseOfTheTextAlone(String name) {
        List<CorpusText> texts = texts(40);
        try (LanguageModel one = CorpusModel.open(CorpusModel.unpack(name, temp.resolve("model")), 1);
                LanguageModel two = CorpusModel.open(temp.resolve("model"), 2)) {
            List<Outcome<Scored>> together = run(two, new Scoring(true), OPTIONS, texts);
            List<Outcome<Scored>> alone = alone(one, new Scoring(true), new CorpusOptions(96, 1, 0), texts);
            for (int i = 0; i < texts.size(); i++) {
                Scored a = alone.get(i).result();
                Scored b = together.get(i).result();
                assertArrayEquals(a.logProbabilities(), b.logProbabilities(), 0, "text " + i);
                assertEquals(a.meanLoss(), b.meanLoss(), 0, "text " + i);
            }
        }
    }

    @Test
    void aScoreIsThePerplexity() {
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack("delta_net", temp.resolve("model")), 1)) {
            for (CorpusText text : texts(12)) {
                int[] ids = model.tokenizer().encode(text.text());
                Scored scored = run(model, new Scoring(true), OPTIONS, List.of(text))
                        .getFirst()
                        .result();
                try (Session session = model.session(SessionOptions.of(2048).withPiece(96))) {
                    Perplexity expected = Perplexity.of(session, ids, done -> {});
                    assertEquals(expected.tokens(), scored.predicted());
                    assertEquals(expected.meanLoss(), scored.meanLoss(), 1e-12 * expected.meanLoss());
                }
                assertArrayEquals(ids, scored.ids());
                assertTrue(Double.isNaN(scored.logProbabilities()[0]), "nothing comes before the first token");
            }
        }
    }

    @Test
    void longTextsAreTakenInWindows() {
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack("delta_net", temp.resolve("model")), 1)) {
            CorpusOptions small = new CorpusOptions(20, 3, 30);
            CorpusText text = CorpusText.of(String.join(" ", CorpusModel.texts(10, 5, 3)));
            int[] ids = model.tokenizer().encode(text.text());
            Scored scored = run(model, new Scoring(false), small, List.of(text))
                    .getFirst()
                    .result();
            try (Session session = model.session(SessionOptions.of(30).withPiece(20))) {
                Perplexity expected = Perplexity.of(session, ids, done -> {});
                assertEquals(expected.tokens(), scored.predicted());
                assertEquals(expected.meanLoss(), scored.meanLoss(), 1e-12 * expected.meanLoss());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta_net", "qwen3_next"})
    void generationIsThatOfTheTextAloneWithItsOwnSeed(String name) {
        List<CorpusText> texts = texts(15);
        GenerationOptions options = GenerationOptions.greedy(9)
                .with(Sampling.temperature(1.3).withTopK(50).withSeed(5))
                .withStops(java.util.Set.of());
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack(name, temp.resolve("model")), 1)) {
            List<Outcome<Generated>> together = run(model, new Generation(options, List.of()), OPTIONS, texts);
            for (int i = 0; i < texts.size(); i++) {
                CorpusText text = texts.get(i);
                Sampling own = options.sampling().withSeed(RowSeed.of(5, text.key()));
                try (Session session = model.session(SessionOptions.of(2048).withPiece(96))) {
                    session.feed(new int[][] {model.tokenizer().encode(text.text())});
                    Decoder decoder = new Decoder(session, options.with(own));
                    while (decoder.step()) {}
                    Generated made = together.get(i).result();
                    assertArrayEquals(decoder.completion(0).ids(), made.ids(), "text " + i);
                    assertEquals(model.tokenizer().decode(made.ids()), made.text());
                    assertEquals(FinishReason.LENGTH, made.finish());
                }
            }
            assertTrue(
                    together.stream()
                                    .map(made -> Arrays.toString(made.result().ids()))
                                    .distinct()
                                    .count()
                            > 10,
                    "texts draw their own");
        }
    }

    @Test
    void stopTextsEndOneTextAndNoOther() {
        List<CorpusText> texts = texts(8);
        GenerationOptions options = GenerationOptions.greedy(12).withStops(java.util.Set.of());
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack("delta_net", temp.resolve("model")), 1)) {
            List<Outcome<Generated>> whole = run(model, new Generation(options, List.of()), OPTIONS, texts);
            String first = whole.getFirst().result().text();
            String stop = first.substring(first.length() / 2, first.length() / 2 + 2);
            List<Outcome<Generated>> stopped = run(model, new Generation(options, List.of(stop)), OPTIONS, texts);
            for (int i = 0; i < texts.size(); i++) {
                String text = whole.get(i).result().text();
                boolean stops = text.contains(stop);
                assertEquals(
                        stops ? text.substring(0, text.indexOf(stop)) : text,
                        stopped.get(i).result().text());
                assertEquals(
                        stops ? FinishReason.STOP : FinishReason.LENGTH,
                        stopped.get(i).result().finish());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta_net", "qwen3_next"})
    void embeddingsAreThoseOfTheTextAlone(String name) {
        List<CorpusText> texts = texts(20);
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack(name, temp.resolve("model")), 1)) {
            for (Embedding task : List.of(
                    new Embedding(Embedding.Kind.HIDDEN, Embedding.ALL_LAYERS),
                    new Embedding(Embedding.Kind.STATE, 1),
                    new Embedding(Embedding.Kind.STATE, Embedding.ALL_LAYERS))) {
                List<Outcome<float[]>> together = run(model, task, OPTIONS, texts);
                List<Outcome<float[]>> alone = alone(model, task, new CorpusOptions(96, 1, 0), texts);
                for (int i = 0; i < texts.size(); i++) {
                    assertArrayEquals(alone.get(i).result(), together.get(i).result(), 0f, task + " of text " + i);
                }
            }
            float[] all = run(model, new Embedding(Embedding.Kind.STATE, -1), OPTIONS, texts.subList(0, 1))
                    .getFirst()
                    .result();
            float[] second = run(model, new Embedding(Embedding.Kind.STATE, 1), OPTIONS, texts.subList(0, 1))
                    .getFirst()
                    .result();
            assertArrayEquals(second, Arrays.copyOfRange(all, second.length, 2 * second.length));
        }
    }

    @Test
    void aSharedPrefixIsReadOnce() {
        List<CorpusText> texts = new ArrayList<>();
        for (String text : CorpusModel.texts(24, 20, 9)) {
            texts.add(new CorpusText(text, texts.size() % 3 == 0 ? "Another beginning: " : "A prefix of many. ", text));
        }
        PrefixStates states = new PrefixStates(PrefixStates.DEFAULT_BYTES);
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack("qwen3_next", temp.resolve("model")), 1)) {
            List<Outcome<Scored>> together = new ArrayList<>();
            try (CorpusRunner<Scored> runner = new CorpusRunner<>(model, new Scoring(true), OPTIONS, states)) {
                runner.run(texts.iterator()).forEachRemaining(together::add);
            }
            assertEquals(2, states.reads());
            List<Outcome<Scored>> alone = alone(model, new Scoring(true), OPTIONS, texts);
            for (int i = 0; i < texts.size(); i++) {
                double[] logs = together.get(i).result().logProbabilities();
                assertArrayEquals(alone.get(i).result().logProbabilities(), logs, 0);
                assertTrue(Double.isFinite(logs[0]), "the first token comes after the prefix");
            }
        }
    }

    @Test
    void badTextsAreTheirOwnOutcome() {
        List<CorpusText> texts = new ArrayList<>(texts(6));
        texts.add(2, CorpusText.of(null));
        texts.add(4, CorpusText.of(""));
        texts.add(CorpusText.of("x".repeat(500)));
        CorpusOptions options = new CorpusOptions(96, 6, 300);
        try (LanguageModel model = CorpusModel.open(CorpusModel.unpack("delta_net", temp.resolve("model")), 1)) {
            List<Outcome<float[]>> outcomes = run(model, new Embedding(Embedding.Kind.HIDDEN, -1), options, texts);
            assertEquals("text: expected a text but found none", outcomes.get(2).problem());
            assertEquals(
                    "text: expected at least 1 token but found 0",
                    outcomes.get(4).problem());
            assertTrue(outcomes.getLast().problem().startsWith("context: expected a text that fits 300 tokens"));
            List<CorpusText> good = texts(6);
            List<Outcome<float[]>> alone = alone(model, new Embedding(Embedding.Kind.HIDDEN, -1), options, good);
            List<Outcome<float[]>> left =
                    outcomes.stream().filter(o -> o.problem() == null).toList();
            for (int i = 0; i < good.size(); i++) {
                assertNull(outcomes.get(i == 2 || i == 4 ? 0 : i).problem());
                assertArrayEquals(alone.get(i).result(), left.get(i).result(), 0f);
            }
        }
    }

    @Test
    void aModelWithoutATokenizerIsNotTheTextsFault() throws java.io.IOException {
        Path folder = CorpusModel.unpack("delta_net", temp.resolve("model"));
        java.nio.file.Files.delete(folder.resolve("tokenizer.json"));
        try (LanguageModel model = CorpusModel.open(folder, 1)) {
            assertThrows(InvalidInputException.class, () -> run(model, new Scoring(false), OPTIONS, texts(1)));
        }
    }
}
