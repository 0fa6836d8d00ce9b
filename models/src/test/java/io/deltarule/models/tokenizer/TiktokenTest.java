package io.deltarule.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kimi's tokenizer against tiktoken itself. */
class TiktokenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/tiktoken");
    private static final int BASE = 700;

    @TempDir
    Path folder;

    private Tiktoken tokens;
    private JsonNode expected;

    @BeforeEach
    void read() throws IOException {
        tokens = Tiktoken.read(GOLDEN.resolve("tiktoken.model"), GOLDEN.resolve("tokenizer_config.json"));
        expected = new ObjectMapper().readTree(GOLDEN.resolve("expected.json").toFile());
    }

    private static int[] ids(JsonNode entry) {
        return StreamSupport.stream(entry.get("ids").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    @Test
    void idsAreTiktokens() {
        assertTrue(expected.get("encoded").size() > 150);
        for (JsonNode entry : expected.get("encoded")) {
            String text = entry.get("text").asText();
            assertArrayEquals(ids(entry), tokens.encode(text), () -> "of: " + text);
        }
    }

    @Test
    void textIsTiktokensAtEveryCut() {
        assertTrue(expected.get("decoded").size() > 100);
        for (JsonNode entry : expected.get("decoded")) {
            int[] ids = ids(entry);
            assertEquals(entry.get("text").asText(), tokens.decode(ids));
            for (int cut = 0; cut <= ids.length; cut++) {
                int[] part = Arrays.copyOf(ids, cut);
                StringBuilder text = new StringBuilder();
                ByteVocabulary.Stream stream = tokens.stream();
                for (int id : part) {
                    text.append(stream.next(id));
                }
                assertEquals(tokens.decode(part), text.append(stream.rest()).toString());
            }
        }
    }

    @Test
    void specialTokensAreThoseOfTheConfigOrReserved() throws IOException {
        assertEquals(BASE, tokens.special("[BOS]"));
        assertEquals(BASE + 12, tokens.special("[EOT]"));
        assertEquals(BASE + 257, tokens.special("<|reserved_token_957|>"));
        assertNull(tokens.special("<|reserved_token_958|>"));
        Tiktoken bare = Tiktoken.read(GOLDEN.resolve("tiktoken.model"), folder.resolve("none"));
        assertArrayEquals(new int[] {BASE, BASE + 1, BASE + 2}, bare.encode("[BOS][EOS]<|reserved_token_702|>"));
        assertEquals("", bare.decode(BASE, BASE + 1, 5000, -1));
        Path config = Files.writeString(folder.resolve("config"), "{\"eos_token\": {\"content\": \"<end>\"}}");
        assertEquals(
                BASE + 1,
                Tiktoken.read(GOLDEN.resolve("tiktoken.model"), config).special("<end>"));
    }

    /** One piece of a quarter of a million bytes, which a search of all pairs for each merge would not end in a day. */
    @Test
    void aLongPieceTakesNotMuchLongerThanManyShortOnes() {
        int[] ids = tokens.encode("状态模型".repeat(20_000));
        assertEquals("状态模型".repeat(20_000), tokens.decode(ids));
        assertTrue(ids.length < 160_000, "merged: " + ids.length);
    }

    @Test
    void whatIsNoSuchFileIsRefused() throws IOException {
        refused("AA== 0\nAQ==\n", "line 2");
        refused("AA== 0\n!!!! 1\n", "line 2");
        refused("AA== 0\nAQ== one\n", "line 2");
        refused("AA== 0\nAQ== 0\n", "line 2");
        refused("AA== 0\nAA== 1\n", "line 2");
        refused(" 0\n", "line 1");
        Path config = Files.writeString(folder.resolve("config"), "{\"tokenizer_class\": \"QWenTokenizer\"}");
        assertThrows(IllegalArgumentException.class, () -> Tiktoken.read(GOLDEN.resolve("tiktoken.model"), config));
        Path few = Files.writeString(folder.resolve("few"), "YQ== 0\nYg== 1\nYWI= 2\n");
        Tiktoken small = Tiktoken.read(few, folder.resolve("none"));
        assertArrayEquals(new int[] {2, 0}, small.encode("aba"));
        String message = assertThrows(IllegalArgumentException.class, () -> small.encode("abc"))
                .getMessage();
        assertEquals("byte 99 is no token", message);
    }

    private void refused(String lines, String about) throws IOException {
        Path file = Files.writeString(folder.resolve("model"), lines);
        String message = assertThrows(IllegalArgumentException.class, () -> Tiktoken.read(file, folder.resolve("none")))
                .getMessage();
        assertTrue(message.contains(about), message);
    }
}
