package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text token by token, with a tokenizer of single bytes and with Hugging Face's library on a published form. */
class TextStreamTest {
    @TempDir
    Path folder;

    /** Every byte is a token. */
    private static final class Bytes implements Tokenizer {
        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xff;
            }
            return ids;
        }

        @Override
        public String decode(int... ids) {
            byte[] bytes = new byte[ids.length];
            for (int i = 0; i < ids.length; i++) {
                bytes[i] = (byte) ids[i];
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public void close() {}
    }

    /** Marks words as SentencePiece does: the blank before the first token of a text is not shown. */
    private static final class Words implements Tokenizer {
        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String decode(int... ids) {
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(' ').append(id);
            }
            return text.toString().strip();
        }

        @Override
        public void close() {}
    }

    private static List<String> stream(Tokenizer tokenizer, int... ids) {
        TextStream stream = new TextStream(tokenizer);
        List<String> parts = new ArrayList<>();
        for (int id : ids) {
            parts.add(stream.next(id));
        }
        parts.add(stream.rest());
        return parts;
    }

    @Test
    void aCharacterAppearsWhenItIsComplete() {
        Tokenizer bytes = new Bytes();
        assertEquals(List.of("", "é", ""), stream(bytes, bytes.encode("é")));
        assertEquals(List.of("a", "", "", "", "😀", "b", ""), stream(bytes, bytes.encode("a😀b")));
    }

    @Test
    void whatNeverBecomesACharacterIsShownOnce() {
        Tokenizer bytes = new Bytes();
        assertEquals(List.of("", "", "\uFFFD\uFFFDx", ""), stream(bytes, 0xff, 0xfe, 'x'));
        assertEquals(List.of("a", "", "", "\uFFFD"), stream(bytes, 'a', 0xf0, 0x9f));
    }

    @Test
    void blanksBetweenTokensAreKept() {
        assertEquals("7 8 9 10", String.join("", stream(new Words(), 7, 8, 9, 10)));
    }

    @Test
    void anyTokensGiveTheTextOfAllTogether() {
        Random random = new Random(1);
        try (Tokenizer published = published()) {
            for (Tokenizer tokenizer : List.of(new Bytes(), published)) {
                for (int length = 0; length < 60; length++) {
                    int[] ids = random.ints(length, 2, 256).toArray();
                    assertEquals(tokenizer.decode(ids), String.join("", stream(tokenizer, ids)));
                }
            }
        }
    }

    /** A stretch without text, or without a whole character, costs the same for each token however long it is. */
    @Test
    void longStretchesAreNotQuadratic() {
        int[] ids = new int[20_000];
        Arrays.fill(ids, 0xf0);
        ids[ids.length - 1] = 'x';
        AtomicLong decoded = new AtomicLong();
        Tokenizer counting = new Counting(new Bytes(), decoded);
        assertEquals(counting.decode(ids), String.join("", stream(counting, ids)));
        assertTrue(decoded.get() < 200L * ids.length, "decoded " + decoded.get() + " tokens");
        Arrays.fill(ids, Counting.NOTHING);
        ids[0] = 'a';
        ids[ids.length - 1] = 'x';
        decoded.set(0);
        assertEquals("ax", String.join("", stream(counting, ids)));
        assertTrue(decoded.get() < 200L * ids.length, "decoded " + decoded.get() + " tokens");
    }

    /** Counts how many tokens are decoded; one id is a special token. */
    private record Counting(Tokenizer inner, AtomicLong decoded) implements Tokenizer {
        static final int NOTHING = 1000;

        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
            return inner.encode(text, addSpecialTokens);
        }

        @Override
        public String decode(int... ids) {
            decoded.addAndGet(ids.length);
            return inner.decode(Arrays.stream(ids).filter(id -> id != NOTHING).toArray());
        }

        @Override
        public void close() {}
    }

    private static Path resource() {
        return Path.of("src/test/resources/tokenizer/tokenizer.json");
    }

    private static Tokenizer published() {
        return TokenizerJson.open(resource());
    }

    @Test
    void aPublishedTokenizerGivesTextBack() {
        String text = "Grüße, мир! 你好 😀\n\ttabs";
        try (Tokenizer tokenizer = published()) {
            int[] ids = tokenizer.encode(text);
            assertTrue(ids.length > text.length(), "single bytes for what it has not learnt");
            assertEquals(text, tokenizer.decode(ids));
            List<String> parts = stream(tokenizer, ids);
            assertEquals(text, String.join("", parts));
            assertTrue(parts.stream().noneMatch(p -> p.contains("\uFFFD")), parts.toString());
            assertEquals(1, tokenizer.encode("<|im_end|>").length, "a special token in a text is that token");
            assertEquals("ab", tokenizer.decode(tokenizer.encode("a<|im_end|>b")));
            int[] many = tokenizer.encode("a".repeat(2000));
            assertTrue(many.length > 600, "no truncation, found " + many.length);
        }
    }

    @Test
    void whatIsNoTokenizerIsRefusedInOneLine() throws Exception {
        String whole = Files.readString(resource());
        for (String broken : new String[] {
            "",
            "hello",
            "{}",
            "[1, 2]",
            "{\"model\": 3}",
            "[".repeat(100_000),
            whole.substring(0, whole.length() / 2),
            whole.replace("\"BPE\"", "\"BPQ\""),
            whole.replaceFirst("\"merges\": \\[", "\"merges\": [\"x y z\", "),
            whole.replaceFirst("\"merges\": \\[", "\"merges\": [\"nothing such\", "),
            whole.replaceFirst("\"id\": 0", "\"id\": -1"),
        }) {
            Path file = Files.writeString(folder.resolve("tokenizer.json"), broken);
            refused(file, "expected a Hugging Face tokenizer.json");
        }
        refused(Files.write(folder.resolve("latin"), new byte[] {'{', (byte) 0xe9, '}'}), "UTF-8");
        refused(folder.resolve("missing"), "found none");
        refused(folder, "found none");
    }

    private static void refused(Path file, String about) {
        String message = assertThrows(InvalidInputException.class, () -> TokenizerJson.open(file))
                .getMessage();
        assertTrue(message.contains(about), message);
        assertTrue(message.contains(file.toString()), message);
        assertEquals(1, message.lines().count(), message);
    }
}
