package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of decoder that a tokenizer.json may have: text as it comes is what Hugging Face's library makes of all ids. */
class DecoderKindsTest {
    private static final List<String> PIECES = List.of(
            "▁",
            "▁▁",
            "▁Hello",
            "Hello",
            "▁▁▁x▁",
            "a",
            "b",
            "ab",
            "##c",
            "d</w>",
            "e</w></w>",
            ".",
            " .",
            " 's",
            "n't",
            " ",
            "  ",
            "é",
            "中",
            "<pad>",
            "|",
            "Ġx",
            "Ċ",
            "âĢ",
            "Ķ",
            "\u00AD",
            "<0xZZ>",
            "<0x1>");

    @TempDir
    Path folder;

    private Tokenizer decoding(String decoder) {
        Path file = folder.resolve("tokenizer.json");
        return TokenizerJson.open(TokenizerFile.decoding(file, decoder, PIECES, List.of("<far away>", "Hello")));
    }

    private static String streamed(Tokenizer tokenizer, int... ids) {
        TextStream stream = new TextStream(tokenizer);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.next(id));
        }
        return text.append(stream.rest()).toString();
    }

    /** Bytes of characters, bytes of none, special tokens, ids of nothing, and pieces. */
    private static int[] ids(Random random, int length) {
        List<Integer> ids = new ArrayList<>();
        while (ids.size() < length) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    for (byte b : List.of("中", "é", "😀", "\n", "x y")
                            .get(random.nextInt(5))
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                        ids.add(TokenizerFile.FIRST_BYTE + (b & 0xff));
                    }
                }
                case 1 -> ids.add(TokenizerFile.FIRST_BYTE + random.nextInt(256));
                case 2 -> ids.add(random.nextInt(3));
                case 3 -> ids.add(TokenizerFile.FIRST_PIECE + random.nextInt(3)); // blanks
                default -> ids.add(TokenizerFile.FIRST_PIECE + random.nextInt(PIECES.size() + 3));
            }
        }
        return ids.stream().mapToInt(i -> i).limit(length).toArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TokenizerFile.LLAMA_DECODER,
                "null",
                "{'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': {'String': '▁'}, 'content': ' '},"
                        + " {'type': 'ByteFallback'}, {'type': 'Fuse'}]}",
                "{'type': 'ByteFallback'}",
                "{'type': 'Fuse'}",
                "{'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': true}",
                "{'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'always', 'split': true}",
                "{'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'first', 'split': false}",
                "{'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'never', 'split': true}",
                "{'type': 'Metaspace', 'replacement': '▁', 'add_prefix_space': true}",
                "{'type': 'Metaspace', 'replacement': '▁', 'add_prefix_space': false, 'prepend_scheme': 'never'}",
                "{'type': 'WordPiece', 'prefix': '##', 'cleanup': true}",
                "{'type': 'WordPiece', 'prefix': '##', 'cleanup': false}",
                "{'type': 'BPEDecoder', 'suffix': '</w>'}",
                "{'type': 'CTC', 'pad_token': '<pad>', 'word_delimiter_token': '|', 'cleanup': true}",
                "{'type': 'CTC', 'pad_token': '<pad>', 'word_delimiter_token': '|', 'cleanup': false}",
                "{'type': 'Replace', 'pattern': {'Regex': '[ab]+'}, 'content': '$1'}",
                "{'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0}",
                "{'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': {'String': '▁'}, 'content': ' '},"
                        + " {'type': 'Fuse'}, {'type': 'Strip', 'content': ' ', 'start': 2, 'stop': 0}]}",
                "{'type': 'Sequence', 'decoders': [{'type': 'Fuse'},"
                        + " {'type': 'Replace', 'pattern': {'String': 'aab'}, 'content': 'X'}]}",
                "{'type': 'Sequence', 'decoders': [{'type': 'ByteFallback'}, {'type': 'Sequence', 'decoders': ["
                        + "{'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'always', 'split': true}]}]}"
            })
    void textAsItComesIsThatOfAllIds(String decoder) {
        Random random = new Random(7);
        try (Tokenizer tokenizer = decoding(decoder.replace('\'', '"'))) {
            for (int round = 0; round < 60; round++) {
                int[] ids = ids(random, 1 + random.nextInt(30));
                for (int cut = 0; cut <= ids.length; cut++) {
                    int[] part = Arrays.copyOf(ids, cut);
                    assertEquals(tokenizer.decode(part), streamed(tokenizer, part), () -> Arrays.toString(part));
                    goesOn(tokenizer, decoder, ids, cut);
                }
            }
        }
    }

    /** What two streams hand out, the second of which goes on after the first. */
    private static void goesOn(Tokenizer tokenizer, String decoder, int[] ids, int cut) {
        StringBuilder text = new StringBuilder();
        TextStream first = new TextStream(tokenizer);
        for (int i = 0; i < cut; i++) {
            text.append(first.next(ids[i]));
        }
        String whole = first.pause();
        boolean sure = whole.isEmpty() || !(byteFollows(ids, cut) || decoder.contains("aab"));
        if (!sure) {
            return; // what follows may still change it: a byte that makes marks of a character, a text that is replaced
        }
        text.append(whole);
        TextStream second = TextStream.after(tokenizer, Arrays.copyOf(ids, cut));
        for (int i = cut; i < ids.length; i++) {
            text.append(second.next(ids[i]));
        }
        text.append(second.rest());
        assertEquals(tokenizer.decode(ids), text.toString(), () -> Arrays.toString(ids) + " cut at " + cut);
    }

    /** Whether the next token that has a text is a byte. */
    private static boolean byteFollows(int[] ids, int cut) {
        return Arrays.stream(ids, cut, ids.length)
                .filter(id -> id >= TokenizerFile.FIRST_BYTE && id <= TokenizerFile.FIRST_PIECE + PIECES.size())
                .limit(1)
                .anyMatch(id -> id < TokenizerFile.FIRST_PIECE);
    }

    @Test
    void aTextThatGoesOnAtAnyCut() {
        try (Tokenizer llama = TokenizerJson.open(TokenizerFile.llama(folder.resolve("t"), "▁", "▁Hello", "▁world"))) {
            int[] ids = llama.encode("Hello 中文 😀é world\n world", false);
            for (int cut = 0; cut <= ids.length; cut++) {
                StringBuilder text = new StringBuilder();
                TextStream first = new TextStream(llama);
                for (int i = 0; i < cut; i++) {
                    text.append(first.next(ids[i]));
                }
                text.append(first.pause());
                TextStream second = TextStream.after(llama, Arrays.copyOf(ids, cut));
                for (int i = cut; i < ids.length; i++) {
                    text.append(second.next(ids[i]));
                }
                assertEquals(
                        "Hello 中文 😀é world\n world", text.append(second.rest()).toString(), "cut at " + cut);
            }
        }
    }

    @Test
    void aCharacterOfSeveralByteTokensIsOneCharacter() {
        try (Tokenizer llama = TokenizerJson.open(TokenizerFile.llama(folder.resolve("t"), "▁", "▁Hello", "▁world"))) {
            int blank = TokenizerFile.FIRST_PIECE;
            assertEquals("中", streamed(llama, 231, 187, 176));
            assertEquals("Hello world中 ", streamed(llama, blank + 1, blank + 2, 231, 187, 176, blank));
            assertEquals("  Hello", streamed(llama, blank, blank, blank + 1), "one of the three is the text's own");
            TextStream stream = new TextStream(llama);
            List<String> parts = new ArrayList<>();
            for (int id : new int[] {1, blank + 1, 231, 187, 176, blank + 2}) {
                parts.add(stream.next(id));
            }
            assertEquals(List.of("", "Hello", "", "", "", "中 world"), parts);
            stream = TextStream.after(llama, blank + 1);
            assertEquals(" world", stream.next(blank + 2), "in mid-text the blank is a blank");
        }
    }

    /** The library gives an added token the next free id, whatever the file says. */
    @Test
    void addedTokensHaveTheLibrarysIds() {
        try (Tokenizer tokenizer = decoding("null")) {
            int[] ids = tokenizer.encode("<far away>", false);
            assertArrayEquals(new int[] {TokenizerFile.FIRST_PIECE + PIECES.size()}, ids);
            assertEquals("<far away>", streamed(tokenizer, ids));
        }
    }

    @Test
    void aSecondTextDoesNotBeginAnew() {
        try (Tokenizer llama = TokenizerJson.open(TokenizerFile.llama(folder.resolve("t"), "▁", "▁Hello", "!"))) {
            int[] begun = llama.encode("Hello");
            assertArrayEquals(new int[] {1, TokenizerFile.FIRST_PIECE + 1}, begun);
            assertArrayEquals(new int[] {TokenizerFile.FIRST_PIECE + 1}, llama.encode("Hello", false));
            assertArrayEquals(new int[] {1, 2}, llama.encode("</s>"), "what is written is meant");
            assertArrayEquals(new int[] {2}, llama.encode("</s>", false));
        }
    }

    @Test
    void aLongTextOfSpecialTokensTakesAsLongAsAnyOther() {
        try (Tokenizer llama = TokenizerJson.open(TokenizerFile.llama(folder.resolve("t"), "▁Hello"))) {
            int[] ids = new int[200_000];
            Arrays.fill(ids, 2);
            ids[ids.length - 1] = TokenizerFile.FIRST_PIECE;
            assertEquals("Hello", streamed(llama, ids));
        }
    }
}
