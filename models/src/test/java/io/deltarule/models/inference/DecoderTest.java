package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.cpu.CpuEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts that go on: when they end, side by side, and taken up again. */
class DecoderTest {
    private static final int[] PROMPT = TinyNetwork.ids(11, 1);
    private static final Sampling SAMPLED = Sampling.temperature(1).withTopK(20).withSeed(3);

    @TempDir
    Path folder;

    private final LanguageModel model = TinyNetwork.model(new CpuEngine(2));

    private Session session() {
        Session session = model.session(60);
        session.feed(new int[][] {PROMPT});
        return session;
    }

    private static int[] all(Decoder decoder, int sequence) {
        while (decoder.step()) {
            // until all have ended
        }
        return decoder.completion(sequence).ids();
    }

    private int[] greedy(int count) {
        try (Session session = session()) {
            return all(new Decoder(session, GenerationOptions.greedy(count)), 0);
        }
    }

    @Test
    void eachTokenIsTheLikeliestAfterThoseBefore() {
        int[] made = greedy(8);
        assertEquals(8, made.length);
        try (Session session = session()) {
            for (int id : made) {
                float best = session.logits(0).get(id);
                for (int i = 0; i < TinyNetwork.VOCABULARY; i++) {
                    assertTrue(session.logits(0).get(i) <= best);
                }
                session.feed(new int[][] {{id}});
            }
        }
    }

    @Test
    void endsWithTheStopTokenTheLengthOrTheContext() {
        int[] made = greedy(30);
        int stop = made[6];
        int first = 0;
        while (made[first] != stop) {
            first++;
        }
        try (Session session = session()) {
            Decoder decoder = new Decoder(session, GenerationOptions.greedy(30).withStops(Set.of(stop)));
            assertArrayEquals(Arrays.copyOf(made, first + 1), all(decoder, 0));
            assertEquals(FinishReason.STOP, decoder.completion(0).finish());
            assertEquals(PROMPT.length + first + 1, session.length(0), "all that was handed out is fed");
            assertFalse(decoder.step());
        }
        try (Session session = session()) {
            Decoder decoder = new Decoder(session, GenerationOptions.greedy(500));
            assertEquals(60 - PROMPT.length, all(decoder, 0).length);
            assertEquals(FinishReason.CONTEXT, decoder.completion(0).finish());
        }
        try (Session session = session()) {
            Decoder decoder = new Decoder(session, GenerationOptions.greedy(0));
            assertEquals(0, all(decoder, 0).length);
            assertEquals(FinishReason.LENGTH, decoder.completion(0).finish());
        }
    }

    @Test
    void textsSideBySideAreThoseOfEachAlone() {
        int[][] prompts = {PROMPT, TinyNetwork.ids(3, 2), TinyNetwork.ids(20, 3)};
        GenerationOptions options = GenerationOptions.greedy(12);
        List<int[]> alone = new ArrayList<>();
        for (int[] prompt : prompts) {
            try (Session session = model.session(60)) {
                session.feed(new int[][] {prompt});
                alone.add(all(new Decoder(session, options), 0));
            }
        }
        // one of them ends early
        int stop = alone.get(1)[2];
        try (Session batch = model.session(SessionOptions.of(60).withSequences(3))) {
            batch.feed(prompts);
            Decoder decoder = new Decoder(batch, options.withStops(Set.of(stop)));
            all(decoder, 0);
            for (int i = 0; i < prompts.length; i++) {
                int[] expected = alone.get(i);
                int length = 0;
                while (length < expected.length && expected[length] != stop) {
                    length++;
                }
                assertArrayEquals(
                        Arrays.copyOf(expected, Math.min(expected.length, length + 1)),
                        decoder.completion(i).ids(),
                        "sequence " + i);
            }
        }
    }

    @Test
    void aTextGoesOnFromASavedStateAsItWouldHave() {
        for (Sampling sampling : List.of(Sampling.GREEDY, SAMPLED.withRepetitionPenalty(1.2))) {
            GenerationOptions options = GenerationOptions.greedy(14).with(sampling);
            int[] whole;
            try (Session session = session()) {
                whole = all(new Decoder(session, options), 0);
            }
            Path file = folder.resolve("state");
            try (Session session = session()) {
                Decoder decoder = new Decoder(session, options);
                for (int i = 0; i < 5; i++) {
                    decoder.step();
                }
                decoder.settle();
                session.state(0).save(file, model.network());
            }
            try (Session session = model.session(40)) {
                session.restore(0, ModelState.load(file, model.network()));
                int[] rest = all(new Decoder(session, options), 0);
                assertArrayEquals(Arrays.copyOfRange(whole, 5, 14), Arrays.copyOf(rest, 9), sampling.toString());
                session.rollback(0, 3);
                int[] again = all(new Decoder(session, options), 0);
                assertArrayEquals(Arrays.copyOfRange(rest, 11, 14), Arrays.copyOf(again, 3));
            }
        }
    }

    @Test
    void theSameSeedMakesTheSameText() {
        List<int[]> texts = new ArrayList<>();
        for (long seed : new long[] {3, 3, 4}) {
            try (Session session = session()) {
                texts.add(all(new Decoder(session, GenerationOptions.greedy(16).with(SAMPLED.withSeed(seed))), 0));
            }
        }
        assertArrayEquals(texts.get(0), texts.get(1));
        assertFalse(Arrays.equals(texts.get(0), texts.get(2)));
    }

    @Test
    void thereHasToBeSomethingToGoOnFrom() {
        try (Session session = model.session(8)) {
            assertThrows(IllegalStateException.class, () -> new Decoder(session, GenerationOptions.greedy(1)));
        }
        assertThrows(InvalidInputException.class, () -> model.contextFor(65, 1));
        assertThrows(InvalidInputException.class, () -> model.contextFor(0, 1));
        assertEquals(64, model.contextFor(60, 100));
        assertThrows(InvalidInputException.class, model::tokenizer);
    }
}
