package io.deltarule.models.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Engines;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.inference.Decoder;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With models of every kind of layer: what a carried state goes on with is what reading all of its tokens gives. */
class CarriedStateTest {
    private static final GenerationOptions GREEDY = GenerationOptions.greedy(12).withStops(java.util.Set.of());

    @TempDir
    Path folder;

    private LanguageModel model(String name, String engine) throws IOException {
        Path published = Path.of("src/test/resources/published", name);
        Path copy = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(published)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        ChatFolder.addTo(copy, ChatFolder.FORGETFUL);
        return LanguageModel.open(copy, Engines.named(engine), null);
    }

    private static void assertSameAsReadAtOnce(Responder responder, int written) {
        int[] ids = responder.current().state().ids();
        int[] read = java.util.Arrays.copyOf(ids, ids.length - written);
        try (Session session = responder.model().session(ids.length)) {
            session.feed(new int[][] {read});
            Decoder decoder = new Decoder(session, GREEDY);
            while (decoder.step()) {}
            assertArrayEquals(
                    java.util.Arrays.copyOfRange(ids, read.length, ids.length),
                    decoder.completion(0).ids());
        }
    }

    @Test
    void turnsAreWhatReadingAllOfThemGives() throws IOException {
        for (String name : List.of("qwen3_next", "kimi_linear", "delta_net", "olmo_hybrid")) {
            try (LanguageModel model = model(name, "reference");
                    Responder responder = Responder.of(model)) {
                Conversation conversation = new Conversation(responder, ChatOptions.of(GREEDY));
                for (String text : List.of("Hi", "What is it?", "Why?")) {
                    Reply reply = conversation.say(text);
                    assertEquals(12, reply.usage().written());
                    assertSameAsReadAtOnce(responder, 12);
                }
            }
        }
    }

    /** Key/value caches are as long as a session's context: the conversation outgrows the first one. */
    @Test
    @Tag(TestScope.THOROUGH)
    void aConversationOutgrowsItsFirstCaches() throws IOException {
        try (LanguageModel model = model("qwen3_next", "cpu");
                Responder responder = Responder.of(model)) {
            Conversation conversation = new Conversation(responder, ChatOptions.of(GREEDY));
            conversation.say("Hi");
            Reply longer = conversation.say("abcdefghij klmno ".repeat(400));
            assertTrue(
                    longer.usage().prompt() > 4096,
                    () -> "tokens: " + longer.usage().prompt());
            assertTrue(longer.usage().read() < longer.usage().prompt(), "the first turn is carried over");
            assertSameAsReadAtOnce(responder, 12);
        }
    }
}
