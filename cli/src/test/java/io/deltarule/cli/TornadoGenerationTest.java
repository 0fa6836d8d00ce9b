package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Engines;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import io.deltarule.models.inference.SessionOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The TornadoVM engine on the emulator goes on with texts as other libraries do, and from copied states bit for bit. */
@Tag(TestScope.THOROUGH)
class TornadoGenerationTest {
    private static final int PROMPT = 19;
    private static final SessionOptions OPTIONS =
            SessionOptions.of(24).withPiece(20).withSequences(2);

    @TempDir
    Path scratch;

    private static int[] go(Session session, int count) {
        Decoder decoder = new Decoder(session, GenerationOptions.greedy(count).withStops(Set.of()));
        while (decoder.step()) {
            // until the length is reached
        }
        return decoder.completion(0).ids();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delta_net",
                "qwen3_5-bf16-sharded",
                "h_gated_deltanet",
                "bailing_hybrid-flash",
                "jet_nemotron",
                "nemotron_flash"
            })
    void textsGoOnAndStatesAreTakenUp(String name) {
        TinyModel tiny = TinyModel.named(name);
        int[] greedy = tiny.greedy();
        Path file = scratch.resolve("state");
        float[] logits;
        try (LanguageModel model = LanguageModel.open(tiny.folder(), Engines.named("tornado"), "emulator")) {
            try (Session session = model.session(OPTIONS)) {
                session.feed(Arrays.copyOf(greedy, PROMPT), new int[] {7, 8});
                session.checkpoint(0);
                assertArrayEquals(Arrays.copyOfRange(greedy, PROMPT, PROMPT + 2), go(session, 2));
                logits = session.logits(0).toArray();
                try (Session fork = session.fork()) {
                    fork.feed(new int[] {greedy[0], greedy[1], greedy[2]}, new int[] {1});
                    assertEquals(PROMPT + 5, fork.length(0));
                }
                try (Session fork = session.fork()) {
                    assertArrayEquals(logits, fork.logits(0).toArray());
                    assertArrayEquals(Arrays.copyOfRange(greedy, PROMPT + 2, PROMPT + 4), go(fork, 2));
                }
                assertArrayEquals(logits, session.logits(0).toArray());
                session.state(0).save(file, model.network());
                session.rollback(0, 2);
                for (int t = PROMPT; t < PROMPT + 2; t++) {
                    session.feed(new int[] {greedy[t]}, new int[0]);
                }
                assertArrayEquals(logits, session.logits(0).toArray());
            }
            try (Session session = model.session(SessionOptions.of(30).withPiece(1))) {
                session.restore(0, ModelState.load(file, model.network()));
                assertArrayEquals(Arrays.copyOfRange(greedy, PROMPT + 2, PROMPT + 4), go(session, 2));
            }
        }
    }

    /** The folder that the emulator gets through soonest; docs/models.md tells of the others. */
    @Test
    void sixteenGreedyTokensAreTheWriters() {
        TinyModel tiny = TinyModel.named("delta_net");
        int[] greedy = tiny.greedy();
        assertEquals(PROMPT + 16, greedy.length);
        try (LanguageModel model = LanguageModel.open(tiny.folder(), Engines.named("tornado"), "emulator");
                Session session = model.session(SessionOptions.of(greedy.length).withPiece(PROMPT))) {
            session.feed(Arrays.copyOf(greedy, PROMPT));
            assertArrayEquals(Arrays.copyOfRange(greedy, PROMPT, greedy.length), go(session, 16));
        }
    }
}
