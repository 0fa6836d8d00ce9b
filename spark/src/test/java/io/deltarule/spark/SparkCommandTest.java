package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Outcome;
import io.deltarule.models.corpus.Scored;
import io.deltarule.models.corpus.Scoring;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.ModelState;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deltarule spark} as a process, with a folder of Spark's jars in place of an installation. */
@Tag(TestScope.THOROUGH)
class SparkCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path temp;

    private static Path model;
    private static Path spark;
    private static String library;

    @BeforeAll
    static void prepare() throws IOException {
        model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        spark = SparkHome.make(temp.resolve("spark"), entry -> !SparkHome.ofTheLibrary(entry));
        Path jars =
                SparkHome.make(temp.resolve("library"), SparkHome::ofTheLibrary).resolve("jars");
        List<Path> all;
        try (Stream<Path> files = Files.list(jars)) {
            all = files.toList();
        }
        Path module = all.stream()
                .filter(jar -> has(jar, "io/deltarule/spark/job/JobMain.class"))
                .findFirst()
                .orElseThrow();
        library = Stream.concat(Stream.of(module), all.stream().filter(jar -> !jar.equals(module)))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    @AfterAll
    static void unlink() {
        SparkHome.unlink(spark);
        SparkHome.unlink(temp.resolve("library"));
    }

    private static boolean has(Path jar, String entry) {
        try (var zip = new java.util.zip.ZipFile(jar.toFile())) {
            return zip.getEntry(entry) != null;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What a run printed and how it ended. */
    private record Run(int code, String out, String err) {}

    private static Run run(Path home, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                StandaloneCluster.java(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", // it starts Spark and waits
                "-XX:+UseSerialGC",
                "-Dio.deltarule.spark.jars=" + library,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.deltarule.cli.Main",
                "spark"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(temp, "out", "");
        Path err = Files.createTempFile(temp, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("SPARK_HOME");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        if (home != null) {
            builder.environment().put("SPARK_HOME", home.toString());
        }
        int code = builder.start().waitFor();
        String told = Files.readString(err)
                .lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .collect(Collectors.joining("\n"));
        return new Run(code, Files.readString(out), told);
    }

    @Test
    void aCorpusIsScored() throws IOException, InterruptedException {
        List<String> texts = CorpusModel.texts(50, 10, 4);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            rows.append(JSON.createObjectNode().put("name", "n" + i).put("body", texts.get(i)))
                    .append('\n');
        }
        Path input = Files.writeString(temp.resolve("corpus.jsonl"), rows + "not JSON\n");
        Path output = temp.resolve("scores");
        String[] command = {
            "--master",
            "local[2]",
            "perplexity",
            "--model",
            model.toString(),
            "--engine",
            "cpu",
            "--input",
            input.toString(),
            "--text-column",
            "body",
            "--output",
            output.toString(),
            "--rows-per-part",
            "20",
            "--piece",
            "128",
            "--json"
        };
        Run first = run(spark, command);
        assertEquals("", first.err());
        assertEquals(0, first.code());
        JsonNode summary = JSON.readTree(first.out());
        assertEquals(51, summary.get("rows").asInt());
        assertEquals(51, summary.get("computed").asInt());
        assertEquals(1, summary.get("rejected").asInt());
        List<Outcome<Scored>> expected = OneProcess.outcomes(
                model,
                new Scoring(false),
                new CorpusOptions(128, 16, 0),
                texts.stream().map(CorpusText::of).toList());
        List<JsonNode> lines = new ArrayList<>();
        for (String part : List.of("00000-0000000", "00000-0000001", "00000-0000002")) {
            for (String line : Files.readAllLines(output.resolve("results/" + part + ".jsonl"))) {
                lines.add(JSON.readTree(line));
            }
        }
        assertEquals(50, lines.size());
        for (int i = 0; i < lines.size(); i++) {
            assertEquals(
                    expected.get(i).result().meanLoss(),
                    lines.get(i).get("mean_loss").asDouble(),
                    0);
        }
    }

    @Test
    void aLongTextIsReadInSegments() throws IOException, InterruptedException {
        String text = String.join(" ", CorpusModel.texts(60, 10, 5));
        Path input = Files.writeString(temp.resolve("long.txt"), text);
        Path state = temp.resolve("state.safetensors");
        Run run = run(
                spark,
                "--master",
                "local[2]",
                "state",
                "--model",
                model.toString(),
                "--engine",
                "cpu",
                "--input",
                input.toString(),
                "--save-state",
                state.toString());
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.get(2).startsWith("2 segments      about "), run.out());
        assertTrue(lines.getLast().startsWith(state + ": the state after them, in "), run.out());
        try (LanguageModel opened = CorpusModel.open(model, 1)) {
            int[] ids = opened.tokenizer().encode(text);
            assertArrayEquals(ids, ModelState.load(state, opened.network()).ids());
        }
        Run both = run(spark, "state", "--model", model.toString(), "--input", input.toString());
        assertEquals(2, both.code());
        assertEquals(
                "deltarule: --save-state: expected a file for the state, or --plan alone, but found neither; give one of them",
                both.err());
        Run many = run(
                null,
                "state",
                "--model",
                model.toString(),
                "--input",
                input.toString(),
                "--plan",
                "--segments",
                "9999");
        assertEquals(2, many.code(), "before Spark is looked for");
        assertTrue(many.err().startsWith("deltarule: segments: expected at least 1, each of more than 9 tokens"));
    }

    @Test
    void whatIsMissingIsSaidInOneLine() throws IOException, InterruptedException {
        String[] command = {
            "--master", "local[1]", "embed", "--model", model.toString(), "--input", "x", "--output", "y"
        };
        Run none = run(null, command);
        assertEquals(3, none.code());
        assertEquals(
                "deltarule: Spark: expected Apache Spark 4 in --spark-home or SPARK_HOME but found neither; unpack a"
                        + " spark-4.x-bin-hadoop3.tgz from https://spark.apache.org/downloads.html and set SPARK_HOME to its"
                        + " folder, or name it by --spark-home",
                none.err());
        Path old = Files.createDirectories(temp.resolve("old"));
        Files.createDirectories(old.resolve("jars"));
        Files.writeString(old.resolve("jars/spark-core_2.12-3.5.1.jar"), "");
        Run wrong = run(old, command);
        assertEquals(3, wrong.code());
        assertTrue(wrong.err().contains("but found spark-core_2.12-3.5.1.jar; unpack"), wrong.err());
        Run input = run(spark, command);
        assertEquals(2, input.code(), input.err());
        assertEquals(
                "deltarule: --input: expected a file, a folder of files or a pattern but found none at 'x'; look at the path",
                input.err());
        Path rows = Files.writeString(temp.resolve("rows.jsonl"), "{\"body\": \"a text\"}\n");
        Path output = temp.resolve("rejected-rows");
        Run rejected = run(
                spark,
                "--master",
                "local[1]",
                "perplexity",
                "--model",
                model.toString(),
                "--input",
                rows.toString(),
                "--output",
                output.toString());
        assertEquals(2, rejected.code(), rejected.err());
        assertEquals(
                "deltarule: --input: expected rows with texts but all 1 were rejected; " + output
                        + "/rejected says why, and another --text-column needs another --output",
                rejected.err());
    }
}
