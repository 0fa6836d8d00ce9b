package io.deltarule.spark.job;

import io.deltarule.core.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
                        new LineParser(
                                shard.format().equals("jsonl"),
                                config.textColumn(),
                                config.idColumn(),
                                config.prefixColumn()));
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
        String text = config.textColumn(); // not the configuration itself: tasks get it with what they run
        String id = config.idColumn();
        String prefix = config.prefixColumn();
        require(schema, text, true);
        List<Column> wanted = new ArrayList<>(List.of(column(all, text)));
        if (id != null) {
            require(schema, id, false);
            wanted.add(column(all, id).cast("string"));
        }
        if (prefix != null) {
            require(schema, prefix, true);
            wanted.add(column(all, prefix));
        }
        return all.select(wanted.toArray(Column[]::new)).javaRDD().map(row -> row(row, text, id, prefix));
    }

    private static Column column(Dataset<Row> all, String name) {
        return all.col("`" + name + "`");
    }

    /** @param id the column after the text's, or null for none; likewise the prefix's */
    private static SourceRow row(Row row, String text, String id, String prefix) {
        String own = row.getString(0);
        String key = id == null ? null : row.getString(1);
        String before = prefix == null ? null : row.getString(id == null ? 1 : 2);
        if (own == null) {
            return SourceRow.bad(null, key, "column " + text + ": expected a text but found null");
        }
        if (id != null && key == null) {
            return SourceRow.bad(own, null, "column " + id + ": expected a value but found null");
        }
        return prefix != null && before == null
                ? SourceRow.bad(own, key, "column " + prefix + ": expected a text but found null")
                : new SourceRow(own, key, before, null);
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
