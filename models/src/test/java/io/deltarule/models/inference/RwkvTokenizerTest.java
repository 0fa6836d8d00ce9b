package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An RWKV-7 folder with its own tokenizer: text in, text out, id 0 at the end. */
class RwkvTokenizerTest {
    @TempDir
    private Path temporary;

    private Path folder;
    private Path vocabulary;

    @BeforeEach
    void make() throws IOException {
        folder = temporary.resolve("m");
        vocabulary = folder.resolve("rwkv_vocab_v20230424.txt");
        RandomModel.write(
                folder,
                ModelTemplates.config("rwkv7", Map.of("vocab_size", "260", "eos_token_id", "2")),
                new RandomModel.Options(WeightType.F32, 3, 1));
        List<String> lines = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            lines.add(b + 1 + String.format(" b'\\x%02x' 1", b));
        }
        lines.add("257 'the ' 4");
        lines.add("258 '你' 3");
        lines.add("259 'th' 2");
        Files.write(vocabulary, lines);
    }

    @Test
    void textGoesInAndComesOut() {
        try (LanguageModel model = LanguageModel.open(folder, new CpuEngine(1), null)) {
            assertArrayEquals(
                    new int[] {257, 259, 'i' + 1, 258}, model.tokenizer().encode("the thi你"));
            assertEquals("the 你", model.tokenizer().decode(257, 0, 258));
            assertEquals(
                    java.util.Set.of(2, 0), model.network().stops(), "as the config says, and what RWKV ends with");
            GenerationOptions options = GenerationOptions.greedy(12).withStops(java.util.Set.of());
            StringBuilder text = new StringBuilder();
            Completion whole = model.complete("the th", options, text::append);
            assertEquals(model.tokenizer().decode(whole.ids()), text.toString());
        }
    }

    @Test
    void aBrokenVocabularyIsNamedWithItsLine() throws IOException {
        Files.writeString(vocabulary, "1 'a' 1\n2 'b' 2\n");
        try (LanguageModel model = LanguageModel.open(folder, new CpuEngine(1), null)) {
            String message =
                    assertThrows(InvalidInputException.class, model::tokenizer).getMessage();
            assertTrue(message.startsWith("tokenizer " + vocabulary + ": expected RWKV's tokens"), message);
            assertTrue(message.contains("a token of 1 bytes that is said to have 2 in line 2; fetch"), message);
        }
    }

    /** Whoever puts a tokenizer.json beside it has chosen that one, and its end of text. */
    @Test
    void aTokenizerJsonGoesFirst() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertEquals(folder.resolve("tokenizer.json"), LanguageModel.tokenizerFile(folder));
        try (LanguageModel model = LanguageModel.open(folder, new CpuEngine(1), null)) {
            assertEquals(java.util.Set.of(2), model.network().stops());
        }
    }
}
