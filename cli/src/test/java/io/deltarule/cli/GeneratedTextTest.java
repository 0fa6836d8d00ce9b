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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
        assertEquals(List.of(" world", WORLD + ",2"), second.out().lines().toList());
        assertArrayEquals(new long[] {1, HELLO, WORLD, HELLO, WORLD, 2}, ids(state));
    }

    /** Runs that go on from each other print what one run prints, wherever they are cut. */
    @Test
    void runsFromStatesPrintOneText() {
        int[] text = bytes("中é");
        Path model = model(
                new ScriptedModel(VOCABULARY).says(DOT, HELLO, text[0], text[1], text[2], text[3], text[4], WORLD, 2));
        String whole = generate(model, "--prompt", ".").out().strip();
        assertEquals("Hello中é world", whole);
        for (int cut = 1; cut < 8; cut++) {
            Path state = folder.resolve("state");
            String first = generate(model, "--prompt", ".", "--max-new-tokens", cut, "--save-state", state)
                    .out();
            String second = generate(model, "--load-state", state).out();
            assertEquals(whole, first.stripTrailing() + second.stripTrailing(), "cut at " + cut);
        }
    }

    @Test
    void theModelsOwnSamplingIsTheDefaultAndSaidInOneLine() throws Exception {
        Path model = model(new ScriptedModel(VOCABULARY)
                .logit(DOT, HELLO, 2)
                .logit(DOT, WORLD, 1.9f)
                .logit(DOT, BLANK, 1.8f)
                .says(HELLO, 2)
                .says(WORLD, 2)
                .says(BLANK, 2));
        CliRun plain = generate(model, "--prompt", ".", "--print-ids");
        assertEquals("", plain.err(), "nothing to say");
        assertEquals(List.of("Hello", HELLO + ",2"), plain.out().lines().toList());
        Files.writeString(
                model.resolve("generation_config.json"),
                "{\"do_sample\": true, \"temperature\": 0.6, \"top_k\": 3, \"repetition_penalty\": 1.0}");
        Set<String> drawn = new TreeSet<>();
        for (int seed = 0; seed < 30; seed++) {
            CliRun run = generate(model, "--prompt", ".", "--print-ids", "--seed", seed);
            drawn.add(run.out().lines().toList().getLast());
            assertEquals(
                    "deltarule: tokens are chosen as generation_config.json says: temperature 0.6, top-k 3; an option"
                            + " of the same name overrides each, and --temperature 0 takes the likeliest",
                    run.err().strip());
        }
        assertEquals(Set.of(HELLO + ",2", WORLD + ",2", BLANK + ",2"), drawn);
        CliRun greedy = generate(model, "--prompt", ".", "--print-ids", "--temperature", 0, "--seed", 4);
        assertEquals(List.of("Hello", HELLO + ",2"), greedy.out().lines().toList());
        assertEquals("", greedy.err());
        JsonNode document = new ObjectMapper()
                .readTree(generate(model, "--prompt", ".", "--json", "--top-k", 1, "--min-p", 0.1)
                        .out());
        assertEquals(0.6, document.get("sampling").get("temperature").asDouble());
        assertEquals(1, document.get("sampling").get("top_k").asInt());
        assertEquals(0.1, document.get("sampling").get("min_p").asDouble());
        assertEquals("stop", document.get("finish").asText());
    }

    @Test
    void theTokenizersEndOfTextEndsIt() throws Exception {
        Path model = new ScriptedModel(VOCABULARY)
                .key("eos_token_id", "0")
                .says(DOT, HELLO, WORLD, 2, HELLO)
                .write(folder.resolve("model"));
        TokenizerFile.llama(model.resolve("tokenizer.json"), "▁Hello", "▁world", ".", "▁");
        assertEquals(
                40,
                ids(generate(model, "--prompt", ".", "--json", "--max-new-tokens", 40))
                        .size());
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
        JsonNode ids = ids(generate(model, "--prompt", ".", "--json"));
        assertEquals("[" + HELLO + "," + WORLD + ",2]", ids.toString());
    }

    private static JsonNode ids(CliRun run) throws Exception {
        return new ObjectMapper().readTree(run.out()).get("ids");
    }

    private static long[] ids(Path state) {
        try (SafetensorsFile file = SafetensorsFile.open(state)) {
            return file.readLongs("ids");
        }
    }
}
