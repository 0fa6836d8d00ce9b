package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.JavaExample;
import io.deltarule.models.corpus.CorpusModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's Java is compiled and run as it stands. */
class SparkGuideTest {
    private static final Path GUIDE =
            Path.of("..", "docs", "spark.md").toAbsolutePath().normalize();

    @TempDir
    Path temp;

    private JavaExample example(int index) {
        return JavaExample.of(
                GUIDE,
                index,
                temp.resolve("classes"),
                "io.deltarule.spark",
                "io.deltarule.models.segment",
                "io.deltarule.models.inference",
                "org.apache.spark.sql");
    }

    @Test
    void textsAreScoredAndContinued() throws Exception {
        SparkSession spark = LocalSpark.session();
        Path model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        StructType schema = new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);
        Dataset<Row> texts = spark.createDataFrame(
                List.of(RowFactory.create(1L, "one text"), RowFactory.create(2L, null), RowFactory.create(3L, "more")),
                schema);
        String printed = example(0).run("String folder, Dataset<Row> texts", model.toString(), texts);
        assertEquals("2 scored, 2 continued", printed.strip());
    }

    @Test
    void aLongSequenceIsComputedInSegments() throws Exception {
        Path model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        String printed = example(1)
                .run(
                        "String folder, int[] ids, org.apache.spark.api.java.JavaSparkContext context",
                        model.toString(),
                        new Random(1).ints(200, 2, 384).toArray(),
                        context);
        assertTrue(
                printed.matches(
                        "200 tokens: .* in 2 segments: one process is as fast\\Rfrom about -?\\d+ tokens on\\R"),
                printed);
    }
}
