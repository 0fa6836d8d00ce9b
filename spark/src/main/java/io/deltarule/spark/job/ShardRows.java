package io.deltarule.spark.job;

import io.deltarule.core.InvalidInputException;
import java.util.Arrays;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** A file's rows, in their order. */
final class ShardRows {
    private ShardRows() {}

    static JavaRDD<SourceRow> of(SparkSession spark, Shard shard, JobConfig config) {
        return shard.format().equals("parquet")
                ? parquet(spark, shard, config)
                : lines(
                        JavaSparkContext.fromSparkContext(spark.sparkContext()),
                        shard,
                        new LineParser(shard.format().equals("jsonl"), config.textColumn(), config.idColumn()));
    }

    private static JavaRDD<SourceRow> lines(JavaSparkContext context, Shard shard, LineParser parser) {
        return context.newAPIHadoopFile(
                        shard.path(),
                        TextInputFormat.class,
                        LongWritable.class,
                        Text.class,
                        context.hadoopConfiguration())
                .map(line -> parser.parse(line._2().getBytes(), line._2().getLength()));
    }

    private static JavaRDD<SourceRow> parquet(SparkSession spark, Shard shard, JobConfig config) {
        Dataset<Row> all = spark.read().parquet(shard.path());
        StructType schema = all.schema();
        boolean identified = config.idColumn() != null;
        require(schema, config.textColumn(), true);
        if (identified) {
            require(schema, config.idColumn(), false);
        }
        Column text = all.col("`" + config.textColumn() + "`");
        Dataset<Row> wanted = identified
                ? all.select(text, all.col("`" + config.idColumn() + "`").cast("string"))
                : all.select(text);
        String textColumn = config.textColumn(); // not the configuration itself: tasks get it with what they run
        String idColumn = config.idColumn();
        return wanted.javaRDD().map(row -> {
            String id = identified ? row.getString(1) : null;
            if (row.isNullAt(0)) {
                return SourceRow.bad(null, id, "column " + textColumn + ": expected a text but found null");
            }
            return identified && id == null
                    ? SourceRow.bad(row.getString(0), null, "column " + idColumn + ": expected a value but found null")
                    : new SourceRow(row.getString(0), id, null);
        });
    }

    private static void require(StructType schema, String column, boolean text) {
        String[] names = schema.fieldNames();
        if (Arrays.stream(names).noneMatch(column::equals)
                || (text && !(schema.apply(column).dataType() instanceof StringType))) {
            throw new InvalidInputException("column: expected " + (text ? "one of strings named '" : "one named '")
                    + column + "' but found " + schema.simpleString());
        }
    }
}
