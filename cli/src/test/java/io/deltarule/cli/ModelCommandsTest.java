package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.cli.model.TokenIdList;
import io.deltarule.core.Engines;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.models.inference.LanguageModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** logits, generate, perplexity and inspect on a small model, against what other libraries compute for it. */
@Tag(TestScope.THOROUGH)
class ModelCommandsTest {
    private static final int PROMPT = 19;
    private static final int VOCABULARY = 384;

    @TempDir
    Path folder;

    private TinyModel model;

    @BeforeEach
    void copy() {
        model = TinyModel.withTokenizer("delta_net", folder.resolve("model"));
    }

    private static String text(int... ids) {
        return TokenIdList.format(ids);
    }

    private static CliRun run(Object... args) {
        return CliRun.of(args).succeeded();
    }

    private static String lastLine(CliRun run) {
        assertTrue(run.out().endsWith(System.lineSeparator()), "the last line ends");
        List<String> lines = run.out().lines().toList();
        return lines.getLast();
    }

    private int[] prompt() {
        return Arrays.copyOf(model.greedy(), PROMPT);
    }

    private int[] continuation(int from, int to) {
        return Arrays.copyOfRange(model.greedy(), PROMPT + from, PROMPT + to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void logitsAreThoseOfOtherLibraries(String engine) throws Exception {
        Path ids = Files.writeString(folder.resolve("ids"), text(model.ids()).replace(",", ",\n ") + "\n");
        Path output = folder.resolve("out");
        run("logits", "--model", model, "--ids-file", ids, "--output", output, "--engine", engine);
        try (SafetensorsFile file = SafetensorsFile.open(output);
                SafetensorsFile theirs = SafetensorsFile.open(model.expected())) {
            assertArrayEquals(
                    new long[] {model.ids().length, VOCABULARY},
                    file.info("logits").shape());
            float[] expected = theirs.readFloats("logits"); // of the last tokens
            float[] found = file.readFloats("logits");
            double error = 0;
            double size = 0;
            for (int i = 0; i < expected.length; i++) {
                error += Math.pow(found[found.length - expected.length + i] - expected[i], 2);
                size += Math.pow(expected[i], 2);
            }
            assertTrue(expected.length >= 20 * VOCABULARY && size > 0);
            assertTrue(Math.sqrt(error / size) <= 1e-4, "ratio " + Math.sqrt(error / size));
        }
    }

    /** Nothing in the format ends where training did: tokens beyond it are computed for whoever asks for them. */
    @Test
    void beyondWhatTheModelWasMadeForOnlyIfAskedTo() throws Exception {
        String ids = "5" + ",6,7".repeat(1030);
        Path output = folder.resolve("out");
        String line = CliRun.of("logits", "--model", model, "--ids", ids, "--output", output)
                .refusal();
        assertTrue(line.contains("at most 2048") && line.contains("--max-context"), line);
        run("logits", "--model", model, "--ids", ids, "--output", output, "--max-context", 2061, "--engine", "cpu");
        try (SafetensorsFile file = SafetensorsFile.open(output)) {
            assertArrayEquals(new long[] {2061, VOCABULARY}, file.info("logits").shape());
        }
        Path text = Files.writeString(folder.resolve("ids"), ids);
        JsonNode document = json(run(
                "perplexity",
                "--model",
                model,
                "--ids-file",
                text,
                "--max-context",
                4000,
                "--json",
                "--engine",
                "cpu"));
        assertEquals(2060, document.get("tokens").asInt(), "one window");
        assertEquals(2061, document.get("context").asInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void greedyTokensAreThoseOfOtherLibraries(String engine) {
        CliRun run = run(
                "generate",
                "--model",
                model,
                "--ids",
                text(prompt()),
                "--max-new-tokens",
                16,
                "--ignore-eos",
                "--print-ids",
                "--engine",
                engine);
        assertEquals(text(continuation(0, 16)), lastLine(run));
    }

    /** No file is read, nothing is taken off, and no option is seen in it. */
    @Test
    void aPromptIsATextWhateverItLooksLike() throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "the content of a file");
        for (String prompt : new String[] {
            "@@x",
            "@" + file,
            "--json",
            "--prompt",
            "-h",
            "--",
            "-",
            "@",
            "'quoted'",
            "\"quoted\"",
            "${sys:os.name}",
            "a=b"
        }) {
            int tokens;
            try (LanguageModel loaded = LanguageModel.open(model.folder(), Engines.named("reference"), null)) {
                tokens = loaded.tokenizer().encode(prompt).length;
            }
            for (Object[] given : new Object[][] {{"--prompt=" + prompt}, {"--prompt", prompt}}) {
                List<Object> args = new ArrayList<>(List.of("generate", "--model", model));
                args.addAll(List.of(given));
                args.addAll(List.of("--max-new-tokens", 0, "--json", "--engine", "reference"));
                CliRun run = run(args.toArray());
                JsonNode document = new ObjectMapper().readTree(run.out());
                assertEquals(tokens, document.get("prompt_tokens").asInt(), prompt);
            }
        }
        assertTrue(
                CliRun.of("generate", "--model", model, "--prompt=").refusal().contains("at least one token"));
        assertTrue(CliRun.of("generate", "--model", model, "--prompt").refusal().contains("expected a text after"));
        assertTrue(CliRun.of("generate", "--model", model, "--prompt", "a", "--prompt", "b")
                .refusal()
                .contains("found several"));
    }

    @Test
    void aTextGoesOnFromASavedState() {
        Path state = folder.resolve("state");
        run(
                "generate",
                "--model",
                model,
                "--ids",
                text(prompt()),
                "--max-new-tokens",
                5,
                "--ignore-eos",
                "--save-state",
                state,
                "--engine",
                "cpu");
        CliRun rest = run(
                "generate",
                "--model",
                model,
                "--load-state",
                state,
                "--max-new-tokens",
                7,
                "--ignore-eos",
                "--save-state",
                state,
                "--print-ids",
                "--engine",
                "reference");
        assertEquals(text(continuation(5, 12)), lastLine(rest));
        CliRun more = run(
                "generate",
                "--model",
                model,
                "--load-state",
                state,
                "--ids",
                text(continuation(12, 14)),
                "--max-new-tokens",
                2,
                "--ignore-eos",
                "--print-ids",
                "--engine",
                "cpu");
        assertEquals(text(continuation(14, 16)), lastLine(more));
    }

    @Test
    void aStateOfAnotherModelIsRefused() {
        Path state = folder.resolve("state");
        run("generate", "--model", model, "--ids", "1,2", "--max-new-tokens", 1, "--save-state", state);
        TinyModel other = TinyModel.named("gated_deltaproduct");
        String line =
                CliRun.of("generate", "--model", other, "--load-state", state).refusal();
        assertTrue(line.contains("state of the model"), line);
        line = CliRun.of("generate", "--model", model, "--load-state", model.expected())
                .refusal();
        assertTrue(line.contains("name a state file"), line);
    }

    @Test
    void aTextIsTheSameAsItsIds() throws Exception {
        Object[] common = {"generate", "--model", model, "--max-new-tokens", 9, "--engine", "cpu", "--ignore-eos"};
        CliRun plain = run(with(common, "--prompt", "Grüße, мир!", "--print-ids"));
        JsonNode document = json(run(with(common, "--prompt", "Grüße, мир!", "--json")));
        StringBuilder ids = new StringBuilder();
        document.get("ids").forEach(id -> ids.append(ids.isEmpty() ? "" : ",").append(id));
        assertEquals(ids.toString(), lastLine(plain));
        assertEquals(9, document.get("ids").size());
        assertEquals("length", document.get("finish").asText());
        assertTrue(plain.out().startsWith(document.get("text").asText()), plain.out());
    }

    @Test
    void theSameSeedDrawsTheSameText() {
        Object[] common = {
            "generate",
            "--model",
            model,
            "--ids",
            "5,6,7",
            "--max-new-tokens",
            12,
            "--temperature",
            1.5,
            "--top-k",
            100,
            "--top-p",
            0.95,
            "--repetition-penalty",
            1.1,
            "--print-ids",
            "--ignore-eos",
            "--engine",
            "cpu"
        };
        String first = lastLine(run(with(common, "--seed", 1)));
        assertEquals(first, lastLine(run(with(common, "--seed", 1))));
        assertNotEquals(first, lastLine(run(with(common, "--seed", 2))));
    }

    @Test
    void aModelWithoutATokenizerTakesAndGivesIds() {
        TinyModel bare = TinyModel.named("delta_net");
        Object[] common = {"generate", "--model", bare, "--max-new-tokens", 4, "--ignore-eos", "--engine", "cpu"};
        String line = CliRun.of(with(common, "--prompt", "hello")).refusal();
        assertTrue(line.contains("tokenizer.json") && line.contains("give ids"), line);
        CliRun streamed = run(with(common, "--ids", text(prompt())));
        assertEquals(text(continuation(0, 4)), streamed.out().strip());
        assertEquals(
                streamed.out(),
                run(with(common, "--ids", text(prompt()), "--print-ids")).out());
    }

    @Test
    void whatIsNoTokenizerIsNamed() throws Exception {
        Files.writeString(model.folder().resolve("tokenizer.json"), "{\"model\": 7}");
        String line =
                CliRun.of("generate", "--model", model, "--prompt", "hello").refusal();
        assertTrue(line.contains("tokenizer.json") && line.contains("expected"), line);
    }

    @Test
    void perplexityIsThatOfTheLogits() throws Exception {
        int[] ids = model.ids();
        Path all = folder.resolve("logits");
        run("logits", "--model", model, "--ids", text(ids), "--output", all, "--engine", "reference");
        float[] logits;
        try (SafetensorsFile file = SafetensorsFile.open(all)) {
            logits = file.readFloats("logits");
        }
        double sum = 0;
        for (int t = 0; t + 1 < ids.length; t++) {
            double whole = 0;
            for (int i = 0; i < VOCABULARY; i++) {
                whole += Math.exp(logits[t * VOCABULARY + i]);
            }
            sum += Math.log(whole) - logits[t * VOCABULARY + ids[t + 1]];
        }
        Path file = Files.writeString(folder.resolve("ids"), text(ids));
        JsonNode document = json(run("perplexity", "--model", model, "--ids-file", file, "--json", "--engine", "cpu"));
        assertEquals(ids.length - 1, document.get("tokens").asInt());
        assertEquals(sum / (ids.length - 1), document.get("mean_loss").asDouble(), 1e-4);
        assertEquals(
                Math.exp(sum / (ids.length - 1)), document.get("perplexity").asDouble(), 0.1);

        // windows of 30: the first token of each is not predicted
        document = json(run(
                "perplexity", "--model", model, "--ids-file", file, "--json", "--max-context", 30, "--engine", "cpu"));
        assertEquals(ids.length - (ids.length + 29) / 30, document.get("tokens").asInt());
        Path words = Files.writeString(folder.resolve("words"), "Some words, as text.");
        assertTrue(run("perplexity", "--model", model, "--text", words).out().startsWith("perplexity "));
    }

    @Test
    void inspectSaysWhatItIs() throws Exception {
        String out =
                run("inspect", "--model", model, "--engine", "cpu", "--tensors").out();
        for (String part : List.of("delta_net", "vocabulary 384", "3 delta_rule", "cpu", "lm_head.weight")) {
            assertTrue(out.contains(part), () -> part + " in " + out);
        }
        JsonNode document = json(run("inspect", "--model", model, "--engine", "reference", "--json"));
        assertEquals(VOCABULARY, document.get("vocabulary").asInt());
        assertEquals(0, document.get("cache_bytes").asInt());
        long parameters = 0;
        for (JsonNode tensor : document.get("tensors")) {
            long count = 1;
            for (JsonNode extent : tensor.get("shape")) {
                count *= extent.asLong();
            }
            parameters += tensor.get("not_used").isNull() ? count : 0;
        }
        assertEquals(parameters, document.get("parameters").asLong());
        assertEquals(4 * parameters, document.get("weight_bytes").asLong());
    }

    private static Object[] with(Object[] common, Object... more) {
        Object[] all = Arrays.copyOf(common, common.length + more.length);
        System.arraycopy(more, 0, all, common.length, more.length);
        return all;
    }

    private static JsonNode json(CliRun run) throws Exception {
        return new ObjectMapper().readTree(run.out());
    }

    @Test
    void badInputIsOneLine() throws Exception {
        Path output = folder.resolve("out");
        Path words = Files.writeString(folder.resolve("words"), "one, two");
        Path empty = Files.writeString(folder.resolve("empty"), " \n");
        Path latin = Files.write(folder.resolve("latin"), new byte[] {(byte) 0xe9, 0x20});
        Path large = folder.resolve("large");
        try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(65L << 20);
        }
        Object[] logits = {"logits", "--model", model, "--output", output};
        Object[] generate = {"generate", "--model", model};
        Object[][] rows = {
            {"neither", with(logits)},
            {"both", with(logits, "--ids", "1", "--ids-file", words)},
            {"'one'", with(logits, "--ids-file", words)},
            {"found nothing", with(logits, "--ids-file", empty)},
            {"UTF-8", with(logits, "--ids-file", latin)},
            {"at most 64 MiB", with(logits, "--ids-file", large)},
            {"a folder", with(logits, "--ids-file", folder)},
            {"found nothing", with(logits, "--ids-file", folder.resolve("missing"))},
            {"found 384 at place 2", with(logits, "--ids", "1,2,384")},
            {"'-1'", with(logits, "--ids=-1")},
            {"''", with(logits, "--ids", "1,,2")},
            {"'99999999999999999999...'", with(logits, "--ids", "9".repeat(1000))},
            {"--max-context", with(logits, "--ids", "1,2,3", "--max-context", "2")},
            {"at most 2048", with(logits, "--ids", "1" + ",1".repeat(2048))},
            {"'x'", with(logits, "--ids", "x", "--engine", "cpu")},
            {"but found none", with(generate)},
            {"several", with(generate, "--prompt", "a", "--ids", "1")},
            {"--temperature", with(generate, "--ids", "1", "--temperature", "-1")},
            {"--top-p", with(generate, "--ids", "1", "--top-p", "0")},
            {"--top-k", with(generate, "--ids", "1", "--top-k", "-1")},
            {"--repetition-penalty", with(generate, "--ids", "1", "--repetition-penalty", "0")},
            {"--max-new-tokens", with(generate, "--ids", "1", "--max-new-tokens", "-1")},
            {"--max-context", with(generate, "--ids", "1,2,3", "--max-context", "2")},
            {"no folder", with(generate, "--ids", "1", "--save-state", folder.resolve("missing/state"))},
            {
                "the model's own",
                with(generate, "--ids", "1", "--save-state", model.folder().resolve("config.json"))
            },
            {"nothing", with(generate, "--load-state", folder.resolve("missing"))},
            {"'cuda'", with(generate, "--ids", "1", "--engine", "cuda")},
            {"config.json", new Object[] {"inspect", "--model", folder}},
            {"missing", new Object[] {"inspect", "--model", folder.resolve("missing")}},
            {"at least 2", new Object[] {"perplexity", "--model", model, "--text", words, "--max-context", "1"}},
            {"neither", new Object[] {"perplexity", "--model", model}},
        };
        for (Object[] row : rows) {
            Object[] command = (Object[]) row[1];
            String line = CliRun.of(command).refusal();
            assertTrue(line.contains((String) row[0]), () -> row[0] + " in " + line);
            assertTrue(line.contains("expected"), line);
            assertFalse(Files.exists(output));
        }
    }
}
