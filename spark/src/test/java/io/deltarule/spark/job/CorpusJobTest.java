package io.deltarule.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Embedding;
import io.deltarule.models.corpus.Generated;
import io.deltarule.models.corpus.Generation;
import io.deltarule.models.corpus.Outcome;
import io.deltarule.models.corpus.Scored;
import io.deltarule.models.corpus.Scoring;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.Sampling;
import io.deltarule.spark.LocalSpark;
import io.deltarule.spark.OneProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusJobTest {
    private static final CorpusOptions OPTIONS = new CorpusOptions(128, 8, 0);
    private static final List<String> TEXTS = CorpusModel.texts(70, 12, 21);

    @TempDir
    Path temp;

    private Path model;
    private Path output;
    private SparkSession spark;

    @BeforeEach
    void prepare() {
        spark = LocalSpark.session();
        model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        output = temp.resolve("output");
    }

    private JsonNode run(JobConfig config) throws IOException {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        JobMain.run(config.json(), new PrintStream(told, true, StandardCharsets.UTF_8));
        List<String> lines = told.toString(StandardCharsets.UTF_8).lines().toList();
        return JobConfig.JSON.readTree(lines.getLast());
    }

    private Path text() throws IOException {
        return Files.write(temp.resolve("texts.txt"), TEXTS);
    }

    private static List<CorpusText> texts() {
        return TEXTS.stream().map(CorpusText::of).toList();
    }

    private void assertScores(List<JsonNode> lines) {
        List<Outcome<Scored>> expected = OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts());
        assertEquals(TEXTS.size(), lines.size());
        for (int i = 0; i < lines.size(); i++) {
            assertEquals(i, lines.get(i).get("row").asInt());
            assertEquals(
                    expected.get(i).result().meanLoss(),
                    lines.get(i).get("mean_loss").asDouble(),
                    0);
        }
    }

    @Test
    void whatWasDoneIsNotDoneAgain() throws IOException {
        JobConfig config = JobConfigs.of("perplexity", model, output, text().toString());
        JsonNode first = run(config);
        assertEquals("done", first.get("deltarule").asText(), first.toString());
        assertEquals(70, first.get("computed").asInt());
        assertScores(JobConfigs.lines(output.resolve("results")));
        Path kept = output.resolve("results/00000-0000000.jsonl");
        Files.writeString(kept, Files.readString(kept).replace("\"row\":0,", "\"row\":0,\"kept\":true,"));
        Files.delete(output.resolve("results/00000-0000002.jsonl"));
        Files.delete(output.resolve("results/00000-0000004.jsonl"));
        JsonNode second = run(config);
        assertEquals(22, second.get("computed").asInt(), "16 rows and the last 6");
        assertEquals(70, second.get("rows").asInt());
        List<JsonNode> lines = JobConfigs.lines(output.resolve("results"));
        assertScores(lines);
        assertTrue(lines.getFirst().get("kept").asBoolean());
        assertFalse(Files.exists(output.resolve("_work")));
        assertEquals(0, run(config).get("computed").asInt());
    }

    @Test
    void anotherJobDoesNotGoOnInTheFolder() throws IOException {
        String input = text().toString();
        run(JobConfigs.of("perplexity", model, output, input));
        JsonNode other = run(JobConfigs.of("embed", model, output, input));
        assertEquals("failed", other.get("deltarule").asText());
        assertEquals("input", other.get("kind").asText());
        assertTrue(other.get("message").asText().startsWith("--output: expected a new folder"), other.toString());
        Files.writeString(Path.of(input), "one more line\n");
        assertEquals(
                "failed",
                run(JobConfigs.of("perplexity", model, output, input))
                        .get("deltarule")
                        .asText());
    }

    @Test
    void smallFilesAreSpreadTogether() throws IOException {
        Path inputs = Files.createDirectories(temp.resolve("inputs"));
        for (int i = 0; i < 7; i++) {
            Files.write(inputs.resolve("texts" + i + ".txt"), TEXTS.subList(10 * i, 10 * i + 10));
        }
        JobConfig config = new ObjectEdit(JobConfigs.of("perplexity", model, output, inputs.toString()))
                .set("rowsPerPart", 0)
                .config();
        AtomicInteger most = new AtomicInteger();
        SparkListener widest = new SparkListener() {
            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted stage) {
                most.accumulateAndGet(stage.stageInfo().numTasks(), Math::max);
            }
        };
        spark.sparkContext().addSparkListener(widest);
        JsonNode done = run(config);
        spark.sparkContext().removeSparkListener(widest);
        assertEquals(70, done.get("computed").asInt(), done.toString());
        assertTrue(most.get() >= 7, "one stage has all files' parts, but the widest had " + most);
        List<JsonNode> lines = JobConfigs.lines(output.resolve("results"));
        List<Outcome<Scored>> expected = OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts());
        for (int i = 0; i < 70; i++) {
            assertTrue(lines.get(i).get("file").asText().endsWith("texts" + i / 10 + ".txt"));
            assertEquals(i % 10, lines.get(i).get("row").asInt());
            assertEquals(
                    expected.get(i).result().meanLoss(),
                    lines.get(i).get("mean_loss").asDouble(),
                    0);
        }
        Files.delete(output.resolve("results/00003-0000000.jsonl"));
        assertEquals(
                "--rows-per-part: expected 32, with which the job in " + output
                        + " began, but found 5; leave it out, or name a new folder by --output",
                run(new ObjectEdit(config).set("rowsPerPart", 5).config())
                        .get("message")
                        .asText());
        assertEquals(10, run(config).get("computed").asInt());
        assertEquals(lines, JobConfigs.lines(output.resolve("results")));
    }

    @Test
    void theOutputIsWhereSparksSettingsSay() throws IOException {
        spark.sparkContext().hadoopConfiguration().set("fs.probe.impl", ProbeFileSystem.class.getName());
        JobConfig plain = JobConfigs.of("perplexity", model, output, text().toString());
        JsonNode done =
                run(new ObjectEdit(plain).set("output", "probe:" + output).config());
        assertEquals("done", done.get("deltarule").asText(), done.toString());
        assertScores(JobConfigs.lines(output.resolve("results")));
    }

    @Test
    void badLinesAreInFilesOfTheirOwn() throws IOException {
        Path input = temp.resolve("rows.jsonl");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("{\"text\": \"")
                    .append(TEXTS.get(i))
                    .append("\", \"number\": ")
                    .append(i)
                    .append("}\n");
        }
        byte[] good = lines.toString().getBytes(StandardCharsets.UTF_8);
        byte[] bad =
                "{\"text\": \"cut\n\n{\"text\": 7}\n{\"txt\": \"x\"}\n[1]\n{\"text\": \"\"}\n{\"text\": \"\u00ff\"}\n"
                        .getBytes(StandardCharsets.ISO_8859_1);
        try (var out = Files.newOutputStream(input)) {
            out.write(good);
            out.write(bad);
            out.write(good);
        }
        JsonNode done = run(JobConfigs.of("perplexity", model, output, input.toString()));
        assertEquals("done", done.get("deltarule").asText(), done.toString());
        assertEquals(47, done.get("rows").asInt());
        assertEquals(7, done.get("rejected").asInt());
        List<JsonNode> rejected = JobConfigs.lines(output.resolve("rejected"));
        assertEquals(
                List.of(
                        "line: expected a JSON object but found: Unexpected end-of-input",
                        "line: expected a JSON object but found an empty line",
                        "field text: expected a text but found number",
                        "field text: expected a text but found no such field",
                        "line: expected a JSON object but found another value",
                        "text: expected at least 2 tokens but found 0",
                        "line: expected UTF-8 but found other bytes, which are shown as U+FFFD"),
                rejected.stream()
                        .map(line -> line.get("problem").asText().replaceFirst("(end-of-input).*", "$1"))
                        .toList());
        assertEquals("{\"text\": \"cut", rejected.getFirst().get("text").asText());
        assertEquals(20, rejected.getFirst().get("row").asInt());
        List<Outcome<Scored>> expected =
                OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts().subList(0, 20));
        List<JsonNode> results = JobConfigs.lines(output.resolve("results"));
        assertEquals(40, results.size());
        for (int i = 0; i < 40; i++) {
            assertEquals(i < 20 ? i : i + 7, results.get(i).get("row").asInt());
            assertEquals(
                    expected.get(i % 20).result().meanLoss(),
                    results.get(i).get("mean_loss").asDouble(),
                    0);
        }
    }

    @Test
    void rowsBringTheirPrefixes() throws IOException {
        List<String> prefixes = List.of("What comes first. ", "Another beginning, longer than the first: ");
        Path lines = temp.resolve("rows.jsonl");
        StringBuilder jsonl = new StringBuilder();
        List<Row> rows = new ArrayList<>();
        List<CorpusText> texts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String prefix = prefixes.get(i % 2);
            texts.add(new CorpusText(TEXTS.get(i), prefix, "" + i));
            rows.add(RowFactory.create(TEXTS.get(i), i, prefix));
            jsonl.append(JobConfig.JSON
                            .createObjectNode()
                            .put("text", TEXTS.get(i))
                            .put("number", i)
                            .put("before", prefix))
                    .append('\n');
        }
        rows.add(RowFactory.create("x", 40, null));
        Files.writeString(lines, jsonl + "{\"text\": \"x\", \"number\": 40}\n");
        StructType schema = new StructType()
                .add("text", DataTypes.StringType)
                .add("number", DataTypes.IntegerType)
                .add("before", DataTypes.StringType);
        Path table = temp.resolve("table");
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(table.toString());
        List<Outcome<Scored>> expected = OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts);
        for (Path input : List.of(lines, table)) {
            output = temp.resolve("of-" + input.getFileName());
            ObjectEdit edit = new ObjectEdit(JobConfigs.of("perplexity", model, output, input.toString()))
                    .set("idColumn", "number")
                    .set("prefixColumn", "before");
            JsonNode done = run(edit.config());
            assertEquals(1, done.get("rejected").asInt(), done.toString());
            String problem = JobConfigs.lines(output.resolve("rejected"))
                    .getFirst()
                    .get("problem")
                    .asText();
            assertTrue(problem.matches("(field|column) before: expected a text but found .*"), problem);
            List<JsonNode> results = JobConfigs.lines(output.resolve("results"));
            assertEquals(40, results.size());
            for (int i = 0; i < 40; i++) {
                assertEquals("" + i, results.get(i).get("id").asText());
                assertEquals(
                        expected.get(i).result().meanLoss(),
                        results.get(i).get("mean_loss").asDouble(),
                        0);
            }
        }
        String text = text().toString();
        assertEquals(
                "--id-column: expected files with columns or fields but found file:" + text
                        + ", which is read as text; leave the option out, or say --input-format",
                run(new ObjectEdit(JobConfigs.of("perplexity", model, temp.resolve("none"), text))
                                .set("idColumn", "number")
                                .config())
                        .get("message")
                        .asText());
    }

    private String parquet(String name) {
        List<Row> rows = Stream.iterate(0, i -> i < TEXTS.size(), i -> i + 1)
                .map(i -> RowFactory.create("id " + i, TEXTS.get(i)))
                .toList();
        StructType schema = new StructType().add("name", DataTypes.StringType).add("content", DataTypes.StringType);
        String path = temp.resolve(name).toString();
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(path);
        return path;
    }

    private static Path file(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aCorruptShardIsTheOnlyOneThatIsMissing() throws IOException {
        Path whole = file(parquet("whole"));
        Path corrupt = file(parquet("a-corrupt"));
        byte[] bytes = Files.readAllBytes(corrupt);
        java.util.Arrays.fill(bytes, bytes.length / 4, bytes.length / 2, (byte) 0x5a);
        Files.write(corrupt, bytes);
        Path short1 = Files.write(temp.resolve("b-short.parquet"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        JobConfig plain =
                JobConfigs.of("generate", model, output, corrupt.toString(), short1.toString(), whole.toString());
        ObjectEdit edit = new ObjectEdit(plain)
                .set("textColumn", "content")
                .set("idColumn", "name")
                .set("outputFormat", "parquet");
        JsonNode done = run(edit.config());
        assertEquals("done", done.get("deltarule").asText(), done.toString());
        assertEquals(
                2,
                done.get("unreadable").size(),
                () -> JobConfigs.lines(output.resolve("rejected")).toString());
        assertEquals(70, done.get("rows").asInt());
        List<JsonNode> rejected = JobConfigs.lines(output.resolve("rejected"));
        assertEquals(2, rejected.size());
        assertTrue(rejected.getFirst()
                .get("problem")
                .asText()
                .startsWith("file: expected parquet but it cannot be read: "));
        Generation task = new Generation(
                GenerationOptions.greedy(4)
                        .with(Sampling.temperature(1.1).withSeed(9))
                        .withStops(Set.of()),
                List.of());
        List<CorpusText> texts = Stream.iterate(0, i -> i < TEXTS.size(), i -> i + 1)
                .map(i -> new CorpusText(TEXTS.get(i), null, "id " + i))
                .toList();
        List<Outcome<Generated>> expected = OneProcess.outcomes(model, task, OPTIONS, texts);
        List<Row> rows = spark.read()
                .parquet(output.resolve("parquet").toString())
                .orderBy("row")
                .collectAsList();
        assertEquals(70, rows.size());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals("id " + i, rows.get(i).getAs("id"));
            assertEquals(expected.get(i).result().text(), rows.get(i).getAs("text"));
        }
    }

    @Test
    void vectorsAreExact() throws IOException {
        run(JobConfigs.of("embed", model, output, text().toString()));
        List<Outcome<float[]>> expected =
                OneProcess.outcomes(model, new Embedding(Embedding.Kind.HIDDEN, -1), OPTIONS, texts());
        List<JsonNode> lines = JobConfigs.lines(output.resolve("results"));
        for (int i = 0; i < lines.size(); i++) {
            JsonNode vector = lines.get(i).get("embedding");
            for (int j = 0; j < vector.size(); j++) {
                assertEquals(expected.get(i).result()[j], vector.get(j).floatValue(), 0f);
            }
        }
    }

    @Test
    void whatCannotBeRightIsSaidInOneLine() throws IOException {
        JsonNode none = run(JobConfigs.of(
                "perplexity", model, output, temp.resolve("nothing*").toString()));
        assertEquals(
                "--input: expected a file, a folder of files or a pattern but found none at '"
                        + temp.resolve("nothing*") + "'; look at the path",
                none.get("message").asText());
        JsonNode model = run(JobConfigs.of("perplexity", temp.resolve("no-model"), output, text().toString()));
        assertEquals("input", model.get("kind").asText(), model.toString());
        JsonNode device = run(new ObjectEdit(JobConfigs.of("perplexity", this.model, output, text().toString()))
                .set("engine", "cpu")
                .set("device", "gpu:7")
                .config());
        assertEquals("machine", device.get("kind").asText(), device.toString());
    }

    /** A configuration with another value of some name. */
    private record ObjectEdit(JobConfig of) {
        ObjectEdit set(String name, Object value) {
            ObjectNode node = JobConfig.JSON.valueToTree(of);
            return new ObjectEdit(JobConfig.parse(node.putPOJO(name, value).toString()));
        }

        JobConfig config() {
            return of;
        }
    }
}
