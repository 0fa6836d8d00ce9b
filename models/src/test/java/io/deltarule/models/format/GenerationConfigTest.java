package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.WeightType;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Sampling;
import io.deltarule.models.inference.TokenizerFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a folder says of generation: how tokens are chosen, and what a text ends with. */
class GenerationConfigTest {
    @TempDir
    Path folder;

    @BeforeEach
    void model() {
        config("5");
    }

    private void config(String eos) {
        try {
            for (String name : folder.toFile().list()) {
                Files.delete(folder.resolve(name));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        RandomModel.write(
                folder,
                ModelTemplates.config("delta_net", Map.of("eos_token_id", eos)),
                new RandomModel.Options(WeightType.BF16, 1, 1));
    }

    private void file(String name, String json) throws IOException {
        Files.writeString(folder.resolve(name), json.replace('\'', '"'));
    }

    private Sampling sampling() {
        try (LanguageModel model = LanguageModel.open(folder, new CpuEngine(1), null)) {
            return model.sampling();
        }
    }

    private List<Integer> stops() {
        try (ModelFolder model = ModelFolder.open(folder)) {
            return model.info().eosIds();
        }
    }

    @Test
    void whatItSaysIsTheDefault() throws IOException {
        assertEquals(Sampling.GREEDY, sampling(), "without a file");
        file(
                "generation_config.json",
                "{'do_sample': true, 'temperature': 0.6, 'top_k': 20, 'top_p': 0.95, 'min_p': 0.05,"
                        + " 'repetition_penalty': 1.1, 'presence_penalty': 1.5, 'eos_token_id': [7, 8], 'other': []}");
        assertEquals(new Sampling(0.6, 20, 0.95, 0.05, 1.1, 1.5, 0), sampling());
        file("generation_config.json", "{'do_sample': true}");
        assertEquals(Sampling.temperature(1), sampling(), "drawn, as the model was trained");
        file("generation_config.json", "{'do_sample': true, 'top_k': null, 'temperature': 0}");
        assertEquals(Sampling.GREEDY, sampling());
        file("generation_config.json", "{'do_sample': true, 'top_k': -1}");
        assertEquals(Sampling.temperature(1), sampling());
        file("generation_config.json", "{'temperature': 0.6, 'top_p': 0.9}");
        assertEquals(Sampling.GREEDY.withTopP(0.9), sampling(), "nothing is drawn that is not to be");
        file("generation_config.json", "{'do_sample': false, 'repetition_penalty': 1.05}");
        assertEquals(Sampling.GREEDY.withRepetitionPenalty(1.05), sampling());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "do_sample|\"yes\"",
                "temperature|\"warm\"",
                "temperature|-1",
                "top_k|1.5",
                "top_p|0",
                "top_p|1.5",
                "min_p|2",
                "repetition_penalty|0",
                "presence_penalty|[]"
            })
    void valuesThatCannotBe(String key, String value) throws IOException {
        file("generation_config.json", "{'" + key + "': " + value + "}");
        String message =
                assertThrows(InvalidInputException.class, this::sampling).getMessage();
        assertTrue(message.contains("generation_config.json: " + key), message);
    }

    @Test
    void aTextEndsWithWhatAnyFileNames() throws IOException {
        assertEquals(List.of(5), stops());
        file("generation_config.json", "{'eos_token_id': [7, 8, 5]}");
        assertEquals(List.of(7, 8, 5), stops());
        TokenizerFile.llama(folder.resolve("tokenizer.json"), "<turn>", "▁");
        assertEquals(List.of(7, 8, 5), stops(), "a tokenizer alone names none");
        file("special_tokens_map.json", "{'eos_token': {'content': '</s>'}}");
        assertEquals(List.of(7, 8, 5, 2), stops());
        file("tokenizer_config.json", "{'eos_token': null}");
        assertEquals(List.of(7, 8, 5, 2), stops());
        file("tokenizer_config.json", "{'eos_token': '<turn>', 'model_max_length': 1e30}");
        assertEquals(List.of(7, 8, 5, TokenizerFile.FIRST_PIECE), stops(), "one of the model's own pieces");
        file("tokenizer_config.json", "{'eos_token': {'content': '<s>', 'lstrip': false}}");
        assertEquals(List.of(7, 8, 5, 1), stops(), "an added token, as an object");
        file(
                "tokenizer_config.json",
                "{'eos_token': ['<end>', '<s>'], 'added_tokens_decoder': {'300': {'content': '<end>'}}}");
        assertEquals(List.of(7, 8, 5, 300, 1), stops(), "the config's own list");
        file("tokenizer_config.json", "{'eos_token': '<nowhere>'}");
        assertEquals(List.of(7, 8, 5), stops());
        config("null");
        file("tokenizer_config.json", "{'eos_token': '<end>', 'added_tokens_decoder': {'300': {'content': '<end>'}}}");
        assertEquals(List.of(300), stops(), "and without a tokenizer.json");
    }

    /** Kimi's: two special tokens after those of the file, unless a list says otherwise. */
    @Test
    void aTextEndsWithTheTokenOfATiktokenModel() throws IOException {
        file("tiktoken.model", "YQ== 0\nYg== 1\n");
        file("tokenizer_config.json", "{'tokenizer_class': 'TikTokenTokenizer', 'eos_token': '[EOS]'}");
        assertEquals(List.of(5, 3), stops());
        try (LanguageModel model = LanguageModel.open(folder, new CpuEngine(1), null)) {
            assertTrue(model.hasTokenizer());
            assertArrayEquals(new int[] {0, 1, 3, 0}, model.tokenizer().encode("ab[EOS]a"));
            assertArrayEquals(new int[] {0, 1}, model.tokenizer().encode("ab", false));
            assertEquals("aba", model.tokenizer().decode(0, 1, 3, 0));
            String message = assertThrows(
                            InvalidInputException.class, () -> model.tokenizer().encode("c"))
                    .getMessage();
            assertTrue(message.contains("tiktoken.model: expected a token for every byte"), message);
        }
        file("tiktoken.model", "YQ== 0\nYg==\n");
        String message = assertThrows(InvalidInputException.class, this::stops).getMessage();
        assertTrue(message.contains("line 2"), message);
    }

    @Test
    void aTokenizerThatIsNoJsonIsNamed() throws IOException {
        file("tokenizer.json", "{'model': ");
        file("tokenizer_config.json", "{'eos_token': '<end>'}");
        String message = assertThrows(InvalidInputException.class, this::stops).getMessage();
        assertTrue(message.contains("expected a tokenizer.json"), message);
        assertEquals(1, message.lines().count());
    }
}
