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
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
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
        this.output = new OutputFolder(config.output());
        this.counts = new PartFunction.Counts(
                spark.sparkContext().longAccumulator("rows"),
                spark.sparkContext().longAccumulator("rejected"),
                spark.sparkContext().longAccumulator("tokens"));
    }

    /** Rows of a file, by the partitions in which Spark reads it. */
    private record Counted(Shard shard, JavaRDD<SourceRow> rows, List<Long> perPartition) {
        long all() {
            return perPartition.stream().mapToLong(n -> n).sum();
        }
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
        output.claim(identity(shards, model.fingerprint()));
        List<String> unreadable = new ArrayList<>();
        Watch watch = new Watch(report, counts, rowsBefore, rowsInAll);
        try {
            Set<RowPlace.Part> done = output.done();
            List<String> names = shards.stream().map(Shard::path).toList();
            for (Shard shard : shards) {
                Counted counted = counted(shard, unreadable);
                if (counted != null) {
                    compute(counted, done, task, model, names);
                }
            }
        } finally {
            watch.close();
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

    /** What must be the same for the job to go on: everything that a number of it depends on, and how rows are numbered. */
    private String identity(List<Shard> shards, String fingerprint) {
        ObjectNode job = JobConfig.JSON.valueToTree(config);
        job.remove(List.of("inputs", "output", "outputFormat", "model", "threads", "device"));
        job.put("fingerprint", fingerprint);
        for (Shard shard : shards) {
            job.withArray("files").add(shard.path() + " " + shard.bytes() + " " + shard.format());
        }
        return job.toString();
    }

    /** Reads a file once, to its end: what cannot be read shows here, and not in the middle of what is computed. */
    private Counted counted(Shard shard, List<String> unreadable) throws IOException {
        String file = String.format("%05d-unreadable.jsonl", shard.number());
        try {
            JavaRDD<SourceRow> rows = ShardRows.of(spark, shard, config);
            List<Long> perPartition = rows.mapPartitions(CorpusJob::count).collect();
            output.delete(OutputFolder.REJECTED, file);
            Counted counted = new Counted(shard, rows, perPartition);
            rowsInAll.addAndGet(counted.all());
            return counted;
        } catch (Exception e) {
            String why = DamagedFile.of(e).orElse(null);
            if (why == null) {
                throw e;
            }
            String line = JobConfig.JSON
                    .createObjectNode()
                    .put("file", shard.path())
                    .putNull("row")
                    .put("problem", "file: expected " + shard.format() + " but it cannot be read: " + why)
                    .toString();
            output.replace(OutputFolder.REJECTED, file, List.of(line));
            unreadable.add(shard.path());
            return null;
        }
    }

    private static Iterator<Long> count(Iterator<SourceRow> rows) {
        long count = 0;
        while (rows.hasNext()) {
            rows.next();
            count++;
        }
        return List.of(count).iterator();
    }

    private <R> void compute(
            Counted counted, Set<RowPlace.Part> done, JobTask<R> task, ModelConfig model, List<String> names) {
        int rowsPerPart = config.rowsPerPart();
        int shard = counted.shard().number();
        List<RowPlace.Part> parts = new ArrayList<>();
        for (long number = 0; number * rowsPerPart < counted.all(); number++) {
            RowPlace.Part part = new RowPlace.Part(shard, number);
            if (done.contains(part)) {
                rowsBefore.addAndGet(Math.min(rowsPerPart, counted.all() - number * rowsPerPart));
            } else {
                parts.add(part);
            }
        }
        if (parts.isEmpty()) {
            return;
        }
        long[] firsts = new long[counted.perPartition().size() + 1];
        for (int i = 1; i < firsts.length; i++) {
            firsts[i] = firsts[i - 1] + counted.perPartition().get(i - 1);
        }
        PendingParts pending = new PendingParts(parts, rowsPerPart);
        JavaPairRDD<RowPlace, SourceRow> placed = JavaPairRDD.fromJavaRDD(counted.rows()
                .mapPartitionsWithIndex((index, rows) -> new Placed(rows, shard, firsts[index], pending), false));
        placed.repartitionAndSortWithinPartitions(pending)
                .foreachPartition(new PartFunction<>(
                        model,
                        new CorpusOptions(config.piece(), config.sequences(), config.context()),
                        task,
                        config,
                        names,
                        output,
                        counts));
    }

    /** Rows with their places, without those that are done. */
    private static final class Placed implements Iterator<Tuple2<RowPlace, SourceRow>> {
        private final Iterator<SourceRow> rows;
        private final int shard;
        private final PendingParts pending;
        private long number;
        private Tuple2<RowPlace, SourceRow> next;

        Placed(Iterator<SourceRow> rows, int shard, long first, PendingParts pending) {
            this.rows = rows;
            this.shard = shard;
            this.number = first;
            this.pending = pending;
        }

        @Override
        public boolean hasNext() {
            while (next == null && rows.hasNext()) {
                SourceRow row = rows.next();
                RowPlace place = new RowPlace(shard, number++);
                if (pending.has(place)) {
                    next = new Tuple2<>(place, row);
                }
            }
            return next != null;
        }

        @Override
        public Tuple2<RowPlace, SourceRow> next() {
            if (!hasNext()) {
                throw new java.util.NoSuchElementException();
            }
            Tuple2<RowPlace, SourceRow> handedOut = next;
            next = null;
            return handedOut;
        }
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
