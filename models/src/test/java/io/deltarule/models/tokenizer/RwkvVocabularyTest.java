package io.deltarule.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RWKV's vocabulary: its lines, the longest match, text as it comes. */
class RwkvVocabularyTest {
    /** After the 256 single bytes. */
    private static final List<String> WRITTEN = List.of(
            "'ab' 2",
            "'abc' 3",
            "'abcd' 4",
            "'bcde' 4",
            "'  ' 2",
            "\"it's\" 4",
            "'\\'\"' 2",
            "'\\r\\n' 2",
            "'\\t\\\\' 2",
            "'é' 2",
            "'\\xe9\\u4f60' 5",
            "'你好' 6",
            "'\\U0001f600' 4",
            "b'\\xe4\\xbd' 2",
            "b'\\xf0\\x9f\\x98' 3",
            "b'\\xa0a' 2");

    private static final List<byte[]> BYTES = List.of(
            text("ab"),
            text("abc"),
            text("abcd"),
            text("bcde"),
            text("  "),
            text("it's"),
            text("'\""),
            text("\r\n"),
            text("\t\\"),
            text("é"),
            text("é你"),
            text("你好"),
            text("😀"),
            new byte[] {(byte) 0xe4, (byte) 0xbd},
            new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98},
            new byte[] {(byte) 0xa0, 'a'});

    @TempDir
    Path folder;

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Single bytes as the published file has them: texts up to 0x7f, bytes beyond. */
    private static String single(int b) {
        return b < 0x80 ? String.format("'\\x%02x' 1", b) : String.format("b'\\x%02x' 1", b);
    }

    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            lines.add(b + 1 + " " + single(b));
        }
        WRITTEN.forEach(token -> lines.add(lines.size() + 1 + " " + token));
        return lines;
    }

    private RwkvVocabulary read(List<String> lines) throws IOException {
        return RwkvVocabulary.read(Files.write(folder.resolve(RwkvVocabulary.FILE), lines));
    }

    @Test
    void tokensAreTheLiteralsBytes() throws IOException {
        RwkvVocabulary tokens = read(lines());
        for (int b = 0; b < 256; b++) {
            assertArrayEquals(new byte[] {(byte) b}, tokens.bytes(b + 1));
        }
        for (int i = 0; i < BYTES.size(); i++) {
            assertArrayEquals(BYTES.get(i), tokens.bytes(257 + i), WRITTEN.get(i));
        }
        for (int none : new int[] {RwkvVocabulary.END, -1, 257 + BYTES.size(), Integer.MAX_VALUE}) {
            assertEquals(0, tokens.bytes(none).length);
        }
    }

    /** The longest of all tokens that stand where the last one ended, found by trying each of them. */
    @Test
    void everyTextIsCutIntoTheLongestTokens() throws IOException {
        RwkvVocabulary tokens = read(lines());
        List<String> parts = List.of("ab", "abc", "abcde", "bcd", " ", "it's", "'\"", "\r\n", "é", "你", "好", "😀", "z");
        Random random = new Random(3);
        for (int run = 0; run < 300; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            int[] ids = tokens.encode(text.toString());
            assertArrayEquals(longest(tokens, text(text.toString())), ids, text::toString);
            assertEquals(text.toString(), tokens.decode(ids));
        }
        assertArrayEquals(new int[] {259, 'e' + 1}, tokens.encode("abcde"), "and not a, bcde");
        assertEquals(0, tokens.encode("").length);
    }

    private static int[] longest(RwkvVocabulary tokens, byte[] bytes) {
        List<Integer> ids = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += tokens.bytes(ids.getLast()).length) {
            int best = 0;
            for (int id = 1; id <= 256 + BYTES.size(); id++) {
                byte[] token = tokens.bytes(id);
                boolean stands = at + token.length <= bytes.length
                        && Arrays.equals(token, Arrays.copyOfRange(bytes, at, at + token.length));
                best = stands && token.length > tokens.bytes(best).length ? id : best;
            }
            ids.add(best);
        }
        return ids.stream().mapToInt(id -> id).toArray();
    }

    /** Ids that no text has among them: halves of characters, and the one that ends a text. */
    @Test
    void textAsItComesIsTextAtOnce() throws IOException {
        RwkvVocabulary tokens = read(lines());
        Random random = new Random(4);
        for (int run = 0; run < 300; run++) {
            int[] ids = random.ints(20, 0, 260 + BYTES.size()).toArray();
            ByteVocabulary.Stream stream = tokens.stream();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(stream.next(id));
            }
            assertEquals(tokens.decode(ids), text.append(stream.rest()).toString());
        }
        ByteVocabulary.Stream stream = tokens.stream();
        assertEquals("", stream.next(257 + 13)); // two of 你's three bytes
        assertEquals("你", stream.next(0xa0 + 1));
        assertEquals("", stream.next(257 + 14)); // three of four
        assertEquals("\uFFFD", stream.rest());
    }

    @Test
    void theFirstOfTwoThatAreEqualIsGiven() throws IOException {
        RwkvVocabulary tokens = read(List.of("1 'é' 2", "2 b'\\xc3\\xa9' 2"));
        assertArrayEquals(new int[] {1}, tokens.encode("é"));
        assertEquals("éé", tokens.decode(1, 2));
        assertEquals(
                "byte 97 begins no token",
                assertThrows(IllegalArgumentException.class, () -> tokens.encode("éa"))
                        .getMessage());
    }

    @Test
    void aWindowsLineEndIsNoPartOfALine() throws IOException {
        Path file = Files.writeString(folder.resolve("w"), "1 'a' 1\r\n2 'b' 1\r\n");
        assertArrayEquals(new int[] {2, 1}, RwkvVocabulary.read(file).encode("ba"));
    }

    @Test
    void whatIsNoSuchFileIsRefused() throws IOException {
        refused("no id, token and number", "", "a", "2", "2 'b'", "2 'b' ", " 'b' 1", "2 'b' one", "-2 'b' 1");
        refused("no id, token and number", "9999999999 'b' 1", "2 'b' 99999999999");
        refused("id 1 again where 2 comes next", "1 'b' 1");
        refused("id 3 where 2 comes next", "3 'b' 1");
        refused("id 999999999 where 2 comes next", "999999999 'b' 1");
        refused("a token of 2 bytes that is said to have 1", "2 'é' 1", "2 'bb' 1", "2 b'\\x00\\x01' 1");
        refused("a token without bytes", "2 '' 0", "2 b\"\" 0");
        refused("no quote", "2 b 1", "2 bb'' 1", "2 r'b' 1", "2 (1) 1");
        refused("no closing quote", "2 'b 1", "2 ' 1", "2 'b\" 1", "2 'b\\' 1");
        refused("something after the closing quote", "2 'a'+'b' 2", "2 'a''b' 2");
        refused("the escape", "2 '\\q' 1", "2 '\\N{BULLET}' 3", "2 '\\0' 1", "2 b'\\u0041' 1");
        refused("an escape without its", "2 '\\x4' 1", "2 '\\u12' 1", "2 '\\xzz' 1");
        refused("bytes that are not ASCII", "2 b'é' 2");
        refused("half a surrogate pair", "2 '\\ud83d' 3");
        refused("a character past the last one", "2 '\\U00110000' 4");
    }

    private void refused(String about, String... lines) throws IOException {
        for (String line : lines) {
            Path file = Files.writeString(folder.resolve("v"), "1 'a' 1\n" + line + "\n3 'c' 1\n");
            String message = assertThrows(IllegalArgumentException.class, () -> RwkvVocabulary.read(file), line)
                    .getMessage();
            assertTrue(message.startsWith(about) && message.endsWith(" in line 2"), line + ": " + message);
        }
    }
}
