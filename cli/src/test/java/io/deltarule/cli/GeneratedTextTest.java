package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.Engines;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ScriptedModel;
import io.deltarule.models.inference.TokenizerFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What generate prints of texts that are prescribed, with a tokenizer of single bytes, blanks that are marked, and BOS. */
class GeneratedTextTest {
    private static final int HELLO = TokenizerFile.FIRST_PIECE;
    private static final int WORLD = HELLO + 1;
    private static final int DOT = HELLO + 2;
    private static final int BLANK = HELLO + 3;
    private static final int VOCABULARY = 270;

    @TempDir
    Path folder;

    private Path model(ScriptedModel script) {
        Path model = script.key("eos_token_id", "2").write(folder.resolve("model"));
        TokenizerFile.llama(model.resolve("tokenizer.json"), "▁Hello", "▁world", ".", "▁");
        return model;
    }

    private static int[] bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[utf8.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = TokenizerFile.FIRST_BYTE + (utf8[i] & 0xff);
        }
        return ids;
    }

    private static CliRun generate(Path model, Object... more) {
        Object[] all = new Object[more.length + 5];
        System.arraycopy(new Object[] {"generate", "--model", model, "--engine", "cpu"}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return CliRun.of(all).succeeded();
    }

    @Test
    void aCharacterOfSeveralBytesIsOne() throws Exception {
        int[] smile = bytes("😀");
        Path model = model(new ScriptedModel(VOCABULARY)
                .says(DOT, HELLO, WORLD, smile[0], smile[1], smile[2], smile[3], bytes("!")[0], 2));
        assertEquals(
                "Hello world😀!" + System.lineSeparator(),
                generate(model, "--prompt", ".").out());
        JsonNode document = new ObjectMapper()
                .readTree(generate(model, "--prompt", ".", "--json").out());
        assertEquals("Hello world😀!", document.get("text").asText());
        try (LanguageModel loaded = LanguageModel.open(model, Engines.named("cpu"), null)) {
            StringBuilder text = new StringBuilder();
            loaded.complete(".", GenerationOptions.greedy(20), text::append);
            assertEquals("Hello world😀!", text.toString());
        }
    }

    @Test
    void whatIsNoTerminalGetsTheTextAsItIs() {
        int[] text = bytes("k\r\n\u001b[3m\u0007q\0");
        ScriptedModel script = new ScriptedModel(VOCABULARY).says(DOT, text[0]).says(text);
        assertEquals(
                "k\r\n\u001b[3m\u0007q\0" + System.lineSeparator(),
                generate(model(script), "--prompt", ".").out());
    }

    @Test
    void aSecondTurnDoesNotBeginAnew() throws Exception {
        Path model = model(new ScriptedModel(VOCABULARY).says(HELLO, WORLD, 2).says(DOT, BLANK, 2));
        Path state = folder.resolve("state");
        generate(model, "--prompt", "Hello", "--max-new-tokens", 1, "--save-state", state);
        assertArrayEquals(new long[] {1, HELLO, WORLD}, ids(state));
        CliRun second =
                generate(model, "--load-state", state, "--prompt", "Hello", "--print-ids", "--save-state", state);
        assertEquals(List.of("world", WORLD + ",2"), second.out().lines().toList());
        assertArrayEquals(new long[] {1, HELLO, WORLD, HELLO, WORLD, 2}, ids(state));
    }

    private static long[] ids(Path state) {
        try (SafetensorsFile file = SafetensorsFile.open(state)) {
            return file.readLongs("ids");
        }
    }
}
