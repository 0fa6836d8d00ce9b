package io.deltarule.training.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.WeightType;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Tokenizer;
import io.deltarule.training.task.TextTask;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Configs of runs: what is read, what is refused and with which words. */
class RunConfigTest {
    @TempDir
    private Path folder;

    private RunConfig parse(String json) {
        return RunConfig.parse("run.json", json, folder);
    }

    private static String parity(String more) {
        return "{\"task\": {\"name\": \"parity\"}, \"model\": {\"type\": \"delta_net\"}" + more + "}";
    }

    private String refusal(String json) {
        return assertThrows(InvalidInputException.class, () -> parse(json)).getMessage();
    }

    static Stream<String> printed() {
        return Stream.concat(Stream.of("parity", "permutations", "modular", "mqar"), ModelTemplates.types().stream());
    }

    @ParameterizedTest
    @MethodSource("printed")
    void whatIsPrintedIsRead(String name) throws Exception {
        Files.writeString(folder.resolve("text.txt"), "to be or not to be ".repeat(500));
        RunConfig config = parse(ConfigTemplates.of(name));
        assertTrue(config.model().vocabulary() >= config.task().vocabulary());
        assertTrue(config.options().steps() >= 300);
    }

    @Test
    void defaultsAreThoseOfTheDocument() {
        RunConfig config = parse(parity(""));
        assertEquals(1000, config.options().steps());
        assertEquals(16, config.task().sequences());
        assertEquals(64, config.task().longest());
        assertEquals(0.02, config.options().std());
        assertEquals(1, config.options().clip());
        assertEquals(1e-3 / 100, config.options().schedule().at(0), 1e-15);
        assertEquals(1e-4, config.options().schedule().at(1000), 1e-15);
        assertEquals(new RunConfig.Intervals(100, 500, 2, WeightType.F32), config.intervals());
        assertEquals("0.95", config.effective().get("optimizer.beta2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ", 'stepps': 3 | run.json: stepps: expected one of | perhaps steps",
                ", 'optimizer': {'learning-rate': 1} | run.json: optimizer.learning-rate: expected one of | perhaps learning_rate",
                ", 'optimizer': {'learning_rate': -1} | run.json: optimizer.learning_rate: expected a number from | but found -1",
                ", 'optimizer': {'name': 'lion'} | run.json: optimizer.name: expected one of adamw | lion",
                ", 'steps': 0 | run.json: steps: expected a whole number from 1 | but found 0",
                ", 'batch': 2.5 | run.json: batch: expected a whole number | 2.5",
                ", 'recompute': 'yes' | run.json: recompute: expected true or false | yes",
                ", 'checkpoints': {'precision': 'f64'} | run.json: checkpoints.precision: expected one of f32, bf16, f16 | f64",
                ", 'frozen': ['model.blocks'] | run.json: frozen: expected beginnings of weights' names | model.blocks",
                ", 'data': {'text': 'a'} | run.json: task: expected one of the objects task and data | parity",
                ", 'steps': 3, 'steps': 4 | run.json: expected JSON with every key once | in line 1"
            })
    void whatCannotBeRightIsNamed(String more, String begin, String also) {
        String message = refusal(parity(more.replace('\'', '"')));
        assertTrue(message.startsWith(begin.strip()) && message.contains(also.strip()), message);
    }

    @Test
    void theModelsKeysAreChecked() {
        String task = "{\"task\": {\"name\": \"parity\"}, \"model\": ";
        assertTrue(refusal(task + "{\"type\": \"gpt\"}}")
                .contains("model.type: expected one of bailing_hybrid, delta_hybrid, delta_net"));
        assertTrue(refusal(task + "{\"type\": \"kda\", \"hiden\": 3}}").contains("perhaps hidden"));
        assertTrue(refusal(task + "{\"type\": \"kda\", \"vocab\": 1}}").contains("from 2"));
        assertTrue(refusal(task + "{\"type\": \"kda\", \"set\": {\"num_head\": 3}}}")
                .contains("num_head"));
        assertTrue(refusal("{\"model\": {\"type\": \"kda\"}}").contains("task: expected one of"));
        RunConfig config = parse(task + "{\"type\": \"kda\", \"hidden\": 24, \"layers\": 1, \"ff\": 8, \"vocab\": 7,"
                + " \"tied\": true, \"set\": {\"num_heads\": 3, \"head_dim\": 8}}}");
        assertEquals(7, config.model().vocabulary());
        assertTrue(config.model().isTied());
        assertArrayEquals(new int[] {24, 24}, config.model().loss().weights().get("model.layers.0.attn.q_proj.weight"));
    }

    @Test
    void bytesAreTokensWhoseFileOthersRead() throws Exception {
        String text = "Grüße, 世界! \n\t\u0000 end";
        Files.writeString(folder.resolve("text.txt"), text.repeat(40));
        RunConfig config = parse("{\"data\": {\"text\": \"text.txt\"}, \"length\": 8, \"model\": {\"type\": \"kda\"}}");
        assertEquals(ByteTokenizer.VOCABULARY, config.model().vocabulary());
        assertTrue(config.task() instanceof TextTask);
        byte[] file = config.data().files().get(LanguageModel.TOKENIZER);
        Files.write(folder.resolve("tokenizer.json"), file);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Tokenizer read = Tokenizer.open(folder.resolve("tokenizer.json"))) {
            assertArrayEquals(ByteTokenizer.encode(bytes), read.encode(text));
            assertEquals(text, read.decode(ByteTokenizer.encode(bytes)));
            Tokenizer.Incremental stream = read.incremental();
            StringBuilder streamed = new StringBuilder();
            for (int id : ByteTokenizer.encode(bytes)) {
                streamed.append(stream.next(id));
            }
            assertEquals(text, streamed.append(stream.rest()).toString());
            assertArrayEquals(new int[] {'a', ByteTokenizer.END}, read.encode("a<|endoftext|>"));
            for (int b = 0; b < 128; b++) {
                assertArrayEquals(new int[] {b}, read.encode(String.valueOf((char) b)), "byte " + b);
            }
        }
    }

    @Test
    void aFoldersTokenizerIsUsedAndCopied() throws Exception {
        Path source = Path.of("../models/src/test/resources/tokenizer").toAbsolutePath();
        Files.writeString(folder.resolve("text.txt"), "the quick brown fox ".repeat(60));
        RunConfig config = parse("{\"data\": {\"text\": \"text.txt\", \"tokenizer\": \"" + source
                + "\"}, \"length\": 8, \"model\": {\"type\": \"kda\"}}");
        assertEquals(
                List.of("tokenizer.json"), List.copyOf(config.data().files().keySet()));
        assertEquals(64, config.effective().get("data.tokenizer").length(), "remembered by its content");
    }

    @Test
    void textsThatCannotBeTrainedOnAreRefused() throws Exception {
        assertTrue(refusal("{\"data\": {\"text\": \"none.txt\"}, \"model\": {\"type\": \"kda\"}}")
                .contains("relative to the config's folder"));
        Files.writeString(folder.resolve("text.txt"), "short");
        assertTrue(refusal("{\"data\": {\"text\": \"text.txt\"}, \"model\": {\"type\": \"kda\"}}")
                .contains("give a longer text"));
    }

    @Test
    void namesOfPrintedConfigsAreKnown() {
        String message = assertThrows(InvalidInputException.class, () -> ConfigTemplates.of("gpt"))
                .getMessage();
        assertTrue(message.contains("mqar, parity") && message.contains("kda"), message);
    }
}
