package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.Storage;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.inference.Sampling;
import io.deltarule.spark.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * A model over files of texts. Every row has a place, its file and its number in it; rows are computed and written in parts of a fixed number,
 * whole parts by one task. So a job that was stopped goes on with the parts that are missing, and no row is lost or doubled.
 */
final class CorpusJob {
    private final SparkSession spark;
    private final JobConfig config;
    private final JobReport report;
    private final OutputFolder output;
    private final AtomicLong rowsBefore = new AtomicLong();
    private final AtomicLong rowsInAll = new AtomicLong();
    private final PartFunction.Counts counts;

    CorpusJob(SparkSession spark, JobConfig config, JobReport report) {
        this.spark = spark;
        this.config = config;
        this.report = report;
        this.output = new OutputFolder(
                config.output(),
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()));
        this.counts = new PartFunction.Counts(
                spark.sparkContext().longAccumulator("rows"),
                spark.sparkContext().longAccumulator("rejected"),
                spark.sparkContext().longAccumulator("tokens"));
    }

    /** Runs it to its end. */
    JobReport.Summary run() throws IOException {
        long begun = System.nanoTime();
        ModelConfig model;
        Sampling sampling;
        try (ModelFolder folder = ModelFolder.open(Path.of(config.model()), config.type())) {
            model = new ModelConfig(
                    config.model(),
                    config.type(),
                    config.engine(),
                    config.device(),
                    Storage.of(config.storage()),
                    config.threads(),
                    folder.fingerprint());
            sampling = Sampling.of(folder.generation());
        }
        JobTask<?> task = JobTask.of(config, sampling);
        List<Shard> shards = Shard.find(config, spark.sparkContext().hadoopConfiguration());
        OutputFolder.Claim claim = output.claim(identity(shards, model.fingerprint()), config.rowsPerPart());
        List<String> names = shards.stream().map(Shard::path).toList();
        List<String> unreadable = new ArrayList<>(names);
        ClusterExecutors executors = new ClusterExecutors(JavaSparkContext.fromSparkContext(spark.sparkContext()));
        try (Watch _ = new Watch(report, executors, counts, rowsBefore, rowsInAll)) {
            List<ShardCounter.Counted> files =
                    new ShardCounter(spark, config, output, rowsInAll::addAndGet).count(shards);
            files.forEach(file -> unreadable.remove(file.shard().path()));
            compute(files, claim.rowsPerPart(() -> partSize(files)), task, model, names);
        }
        if (config.outputFormat().equals("parquet")) {
            asParquet(task.schema());
        }
        JobReport.Summary summary = new JobReport.Summary(
                rowsInAll.get(),
                counts.rows().value(),
                rejected(),
                unreadable,
                counts.tokens().value(),
                (System.nanoTime() - begun) / 1e9);
        output.replace(null, "summary.json", List.of(summary.json().toString()));
        output.system().delete(output.path(OutputFolder.WORK), true);
        return summary;
    }

    private int partSize(List<ShardCounter.Counted> files) {
        int cores = spark.sparkContext().defaultParallelism();
        int perTask = spark.sparkContext().conf().getInt("spark.task.cpus", 1);
        return new PartSize(
                        rowsInAll.get(),
                        files.stream().mapToLong(file -> file.shard().bytes()).sum(),
                        Math.max(1, cores / perTask))
                .chosen();
    }

    /** What must be the same for the job to go on: everything that a number of it depends on. */
    private ObjectNode identity(List<Shard> shards, String fingerprint) {
        ObjectNode job = JobConfig.JSON.valueToTree(config);
        job.remove(List.of("inputs", "output", "outputFormat", "rowsPerPart", "model", "threads", "device"));
        job.put("fingerprint", fingerprint);
        for (Shard shard : shards) {
            job.withArray("files").add(shard.path() + " " + shard.bytes() + " " + shard.format());
        }
        return job;
    }

    /** All parts that are missing, of all files, by one job of Spark's: its tasks are spread whatever the files' sizes. */
    private <R> void compute(
            List<ShardCounter.Counted> files, int rowsPerPart, JobTask<R> task, ModelConfig model, List<String> names)
            throws IOException {
        Set<RowPlace.Part> done = output.done();
        List<RowPlace.Part> parts = new ArrayList<>();
        List<ShardCounter.Counted> missing = new ArrayList<>();
        for (ShardCounter.Counted file : files) {
            int before = parts.size();
            for (long number = 0; number * rowsPerPart < file.all(); number++) {
                RowPlace.Part part = new RowPlace.Part(file.shard().number(), number);
                if (done.contains(part)) {
                    rowsBefore.addAndGet(Math.min(rowsPerPart, file.all() - number * rowsPerPart));
                } else {
                    parts.add(part);
                }
            }
            if (parts.size() > before) {
                missing.add(file);
            }
        }
        if (parts.isEmpty()) {
            return;
        }
        PendingParts pending = new PendingParts(parts, rowsPerPart);
        List<JavaRDD<Tuple2<RowPlace, SourceRow>>> placed = new ArrayList<>();
        for (ShardCounter.Counted file : missing) {
            int shard = file.shard().number();
            long[] firsts = file.firsts();
            placed.add(file.rows()
                    .mapPartitionsWithIndex(
                            (index, rows) -> new PlacedRows(rows, shard, firsts[index], pending), false));
        }
        JavaPairRDD.fromJavaRDD(union(placed))
                .repartitionAndSortWithinPartitions(pending)
                .foreachPartition(new PartFunction<>(
                        model,
                        new CorpusOptions(config.piece(), config.sequences(), config.context()),
                        task,
                        new PartFunction.Common(config.prefix(), rowsPerPart, names),
                        output,
                        counts));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Spark takes an array, and Java has none of a generic type
    private <T> JavaRDD<T> union(List<JavaRDD<T>> all) {
        JavaRDD<T>[] array = all.toArray(new JavaRDD[0]);
        return JavaSparkContext.fromSparkContext(spark.sparkContext()).union(array);
    }

    private long rejected() throws IOException {
        org.apache.hadoop.fs.Path folder = output.path(OutputFolder.REJECTED);
        return output.system().exists(folder)
                ? JavaSparkContext.fromSparkContext(spark.sparkContext())
                        .textFile(folder.toString())
                        .filter(line -> !line.contains("\"row\":null"))
                        .count()
                : 0;
    }

    private void asParquet(StructType schema) {
        StructType all = new StructType()
                .add("file", DataTypes.StringType)
                .add("row", DataTypes.LongType)
                .add("id", DataTypes.StringType);
        for (var field : schema.fields()) {
            all = all.add(field);
        }
        spark.read()
                .schema(all)
                .json(output.path(OutputFolder.RESULTS).toString())
                .write()
                .mode("overwrite")
                .parquet(output.path("parquet").toString());
    }
}
