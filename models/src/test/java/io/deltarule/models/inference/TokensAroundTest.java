package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which special tokens tokenizer_config.json puts around a text: with {@code <s>} as token 1 and {@code </s>} as token 2. */
class TokensAroundTest {
    private static final int A = TokenizerFile.FIRST_PIECE;

    @TempDir
    Path folder;

    private int[] encoded(boolean template, String config, boolean addSpecialTokens) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Path written = template
                ? TokenizerFile.llama(file, "▁a")
                : TokenizerFile.decoding(file, TokenizerFile.LLAMA_DECODER, List.of("a"), List.of());
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        try (Tokenizer tokenizer = TokenizerJson.open(written)) {
            return tokenizer.encode("a", addSpecialTokens);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "false; '\"add_bos_token\": true'; true; false",
                "false; '\"add_bos_token\": true, \"add_eos_token\": true'; true; true",
                "false; '\"add_eos_token\": true'; false; true",
                "false; '\"add_bos_token\": false'; false; false",
                "false; '\"add_bos_token\": null'; false; false",
                "false; '\"add_bos_token\": 1'; false; false",
                "true; '\"x\": 1'; true; false",
                "true; '\"add_bos_token\": true'; true; false",
                "true; '\"add_bos_token\": false'; false; false",
                "true; '\"add_bos_token\": false, \"add_eos_token\": true'; false; true",
                "true; '\"add_eos_token\": true'; true; true",
            })
    void whatTheConfigurationStatesDecides(boolean template, String flags, boolean before, boolean after)
            throws IOException {
        String config = "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}, " + flags + "}";
        int[] expected = before && after
                ? new int[] {1, A, 2}
                : before ? new int[] {1, A} : after ? new int[] {A, 2} : new int[] {A};
        assertArrayEquals(expected, encoded(template, config, true));
        assertArrayEquals(new int[] {A}, encoded(template, config, false), "a text that goes on has nothing around it");
    }

    @Test
    void aTokenThatIsNotThereIsNotAdded() throws IOException {
        assertArrayEquals(new int[] {A}, encoded(false, "{\"add_bos_token\": true}", true));
        assertArrayEquals(new int[] {A}, encoded(false, "{\"add_bos_token\": true, \"bos_token\": null}", true));
        assertArrayEquals(new int[] {A}, encoded(false, "{\"add_bos_token\": true, \"bos_token\": \"<x>\"}", true));
        assertArrayEquals(new int[] {1, A}, encoded(true, "{\"add_bos_token\": false}", true), "which one is not said");
    }

    /** The end's token is the beginning's in some models. */
    @Test
    void oneTokenForBoth() throws IOException {
        String same = "{\"bos_token\": \"<s>\", \"eos_token\": \"<s>\", ";
        assertArrayEquals(new int[] {1, A}, encoded(false, same + "\"add_bos_token\": true}", true));
        assertArrayEquals(new int[] {1, A, 1}, encoded(true, same + "\"add_eos_token\": true}", true));
    }

    @Test
    void noJson() {
        String message = assertThrows(InvalidInputException.class, () -> encoded(true, "{", true))
                .getMessage();
        assertTrue(message.contains("tokenizer_config.json: expected JSON"), message);
    }
}
