package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransformersTest {
    private static final CorpusOptions OPTIONS = new CorpusOptions(128, 8, 0);
    private static final List<String> TEXTS = CorpusModel.texts(50, 40, 11);

    @TempDir
    static Path temp;

    private static Path model;
    private static SparkSession spark;

    @BeforeAll
    static void start() {
        model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        spark = LocalSpark.session();
    }

    private static Dataset<Row> rows(int partitions) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < TEXTS.size(); i++) {
            rows.add(RowFactory.create((long) i, TEXTS.get(i), i % 2 == 0 ? "One beginning. " : "Another: "));
        }
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("text", DataTypes.StringType)
                .add("before", DataTypes.StringType);
        return spark.createDataFrame(rows, schema).repartition(partitions);
    }

    private static List<Row> collected(TextTransformer<?, ?> transformer, int partitions) {
        List<Row> rows = transformer.transform(rows(partitions)).orderBy("id").collectAsList();
        assertEquals(TEXTS.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(i, rows.get(i).getLong(0));
            assertEquals(TEXTS.get(i), rows.get(i).getString(1));
            assertNull(rows.get(i).get(4), "no problem");
        }
        return rows;
    }

    private static List<CorpusText> texts() {
        return TEXTS.stream().map(CorpusText::of).toList();
    }

    private static <T extends TextTransformer<?, T>> T set(T transformer) {
        return transformer.setModel(model.toString()).setPiece(OPTIONS.piece()).setSequences(OPTIONS.sequences());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void scoresAreThoseOfOneProcess(int partitions) {
        List<Row> rows = collected(set(new PerplexityTransformer()), partitions);
        List<Outcome<Scored>> expected = OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts());
        for (int i = 0; i < rows.size(); i++) {
            Row score = rows.get(i).getStruct(3);
            assertEquals(expected.get(i).result().meanLoss(), score.getDouble(1), 0);
            assertEquals(expected.get(i).result().perplexity(), score.getDouble(0), 0);
            assertEquals(expected.get(i).result().predicted(), score.getLong(2));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void logProbabilitiesAfterSharedPrefixesAreThoseOfOneProcess(int partitions) {
        List<Row> rows = collected(set(new LogProbabilityTransformer()).setPrefixCol("before"), partitions);
        List<CorpusText> texts = new ArrayList<>();
        for (int i = 0; i < TEXTS.size(); i++) {
            texts.add(new CorpusText(TEXTS.get(i), i % 2 == 0 ? "One beginning. " : "Another: ", ""));
        }
        List<Outcome<Scored>> expected = OneProcess.outcomes(model, new Scoring(true), OPTIONS, texts);
        for (int i = 0; i < rows.size(); i++) {
            Row tokens = rows.get(i).getStruct(3);
            assertArrayEquals(
                    expected.get(i).result().ids(),
                    tokens.<Integer>getList(0).stream().mapToInt(id -> id).toArray());
            assertArrayEquals(
                    expected.get(i).result().logProbabilities(),
                    tokens.<Double>getList(1).stream().mapToDouble(log -> log).toArray(),
                    0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void generatedTextsAreThoseOfOneProcess(int partitions) {
        GenerateTransformer transformer = set(new GenerateTransformer())
                .setKeyCol("id")
                .setMaxNewTokens(5)
                .setTemperature(1.2)
                .setTopP(0.9)
                .setSeed(3)
                .setIgnoreEos(true);
        List<Row> rows = collected(transformer, partitions);
        Generation task = new Generation(
                GenerationOptions.greedy(5)
                        .with(Sampling.temperature(1.2).withTopP(0.9).withSeed(3))
                        .withStops(Set.of()),
                List.of());
        List<CorpusText> texts = new ArrayList<>();
        for (int i = 0; i < TEXTS.size(); i++) {
            texts.add(new CorpusText(TEXTS.get(i), null, Integer.toString(i)));
        }
        List<Outcome<Generated>> expected = OneProcess.outcomes(model, task, OPTIONS, texts);
        for (int i = 0; i < rows.size(); i++) {
            Row generated = rows.get(i).getStruct(3);
            assertEquals(expected.get(i).result().text(), generated.getString(0));
            assertArrayEquals(
                    expected.get(i).result().ids(),
                    generated.<Integer>getList(1).stream().mapToInt(id -> id).toArray());
            assertEquals("length", generated.getString(2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hidden", "state"})
    void embeddingsAreThoseOfOneProcess(String kind) {
        Embedding task = new Embedding(Embedding.Kind.named(kind), 0);
        List<Row> rows = collected(set(new EmbedTransformer()).setKind(kind).setLayer(0), 3);
        List<Outcome<float[]>> expected = OneProcess.outcomes(model, task, OPTIONS, texts());
        for (int i = 0; i < rows.size(); i++) {
            double[] vector = rows.get(i).<Vector>getAs("embedding").toArray();
            float[] wanted = expected.get(i).result();
            assertEquals(wanted.length, vector.length);
            for (int j = 0; j < wanted.length; j++) {
                assertEquals(wanted[j], vector[j], 0);
            }
        }
    }

    @Test
    void aSavedPipelineIsTheSame() throws IOException {
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            set(new PerplexityTransformer()).setPrefix("Before. "),
            set(new GenerateTransformer()).setMaxNewTokens(2).setStops("a", "b").setSeed(8),
            set(new LogProbabilityTransformer()),
            set(new EmbedTransformer()).setKind("state").setLayer(1)
        });
        Dataset<Row> some = rows(2).limit(6);
        PipelineModel fitted = pipeline.fit(some);
        String path = temp.resolve("pipeline").toString();
        fitted.write().overwrite().save(path);
        PipelineModel loaded = PipelineModel.load(path);
        assertEquals(
                fitted.transform(some).orderBy("id").collectAsList(),
                loaded.transform(some).orderBy("id").collectAsList());
        GenerateTransformer generate = (GenerateTransformer) loaded.stages()[1];
        assertArrayEquals(new String[] {"a", "b"}, generate.getOrDefault(generate.stops()));
        String alone = temp.resolve("alone").toString();
        generate.write().overwrite().save(alone);
        assertEquals(generate.uid(), GenerateTransformer.load(alone).uid());
    }

    @Test
    void badRowsKeepTheirPlaceAndSayWhy() {
        StructType schema = new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);
        Dataset<Row> rows = spark.createDataFrame(
                List.of(
                        RowFactory.create(0L, "good text"),
                        RowFactory.create(1L, null),
                        RowFactory.create(2L, ""),
                        RowFactory.create(3L, "another good one")),
                schema);
        List<Row> found = set(new PerplexityTransformer())
                .setProblemCol("why")
                .transform(rows)
                .orderBy("id")
                .collectAsList();
        assertEquals(4, found.size());
        assertEquals("text: expected a text but found none", found.get(1).getAs("why"));
        assertEquals(
                "text: expected at least 2 tokens but found 0", found.get(2).getAs("why"));
        assertNull(found.get(1).getAs("score"));
        assertNull(found.get(3).getAs("why"));
        assertTrue(found.get(3).<Row>getAs("score").getDouble(0) > 0);
    }

    @Test
    void columnsThatCannotBeRightAreRefusedBeforeAnythingRuns() {
        assertEquals(
                "inputCol: expected one of the columns [id, text, before] but found 'txt'; name another",
                refused(set(new PerplexityTransformer()).setInputCol("txt")));
        assertEquals(
                "inputCol: expected a column of strings but 'id' has bigint; cast it",
                refused(set(new PerplexityTransformer()).setInputCol("id")));
        assertEquals(
                "outputCol: expected a new column but 'before' is there already; name another",
                refused(set(new PerplexityTransformer()).setOutputCol("before")));
        assertEquals(
                "model: expected a folder or a GGUF file but found none; name one",
                refused(new PerplexityTransformer()));
        assertEquals(
                "storage: engine cpu expected float32 but found bfloat16; forward passes of engine tornado have it",
                refused(set(new PerplexityTransformer()).setStorage("bfloat16")));
        assertEquals(
                "storage: expected float32, bfloat16, float16 but found 'int8'",
                refused(set(new PerplexityTransformer()).setStorage("int8")));
    }

    private static String refused(TextTransformer<?, ?> transformer) {
        return assertThrows(InvalidInputException.class, () -> transformer.transform(rows(1)))
                .getMessage();
    }

    @Test
    void tasksOfOneProcessShareOneModel() {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        TextFunction<Scored> function =
                new TextFunction<>(ModelConfig.cpu(model.toString()), new Scoring(false), OPTIONS);
        long before = SharedModel.opened();
        List<Outcome<Scored>> outcomes =
                context.parallelize(texts(), 7).mapPartitions(function).collect();
        List<Outcome<Scored>> expected = OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts());
        for (int i = 0; i < outcomes.size(); i++) {
            assertEquals(
                    expected.get(i).result().meanLoss(),
                    outcomes.get(i).result().meanLoss(),
                    0);
        }
        assertTrue(SharedModel.opened() - before <= 1, "opened at most once by seven tasks");
        assertEquals("1 open, 1 idle", SharedModel.counts());
    }
}
