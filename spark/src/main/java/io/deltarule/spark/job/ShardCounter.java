package io.deltarule.spark.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** Reads every file once, to its end: what cannot be read shows here, and not in the middle of what is computed. */
final class ShardCounter {
    /** Files that are counted at the same time: each is a job of Spark's, whose tasks fill what the others leave. */
    private static final int AT_A_TIME = 16;

    private final SparkSession spark;
    private final JobConfig config;
    private final OutputFolder output;
    private final LongConsumer progress;

    /**
     * A counter.
     *
     * @param progress told how many rows a file has, from any thread
     */
    ShardCounter(SparkSession spark, JobConfig config, OutputFolder output, LongConsumer progress) {
        this.spark = spark;
        this.config = config;
        this.output = output;
        this.progress = progress;
    }

    /** Rows of a file, by the partitions in which Spark reads it. */
    record Counted(Shard shard, JavaRDD<SourceRow> rows, List<Long> perPartition) {
        long all() {
            return perPartition.stream().mapToLong(n -> n).sum();
        }

        /** The number of each partition's first row in the file. */
        long[] firsts() {
            long[] firsts = new long[perPartition.size()];
            for (int i = 1; i < firsts.length; i++) {
                firsts[i] = firsts[i - 1] + perPartition.get(i - 1);
            }
            return firsts;
        }
    }

    /** The files that can be read, in their order; a line in a file of its own says why another cannot. */
    List<Counted> count(List<Shard> shards) throws IOException {
        List<Callable<Optional<Counted>>> wishes = new ArrayList<>();
        shards.forEach(shard -> wishes.add(() -> counted(shard)));
        List<Counted> counted = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.clamp(shards.size(), 1, AT_A_TIME))) {
            for (Future<Optional<Counted>> one : pool.invokeAll(wishes)) {
                one.get().ifPresent(counted::add);
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case IOException cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while files were counted", e);
        }
        return counted;
    }

    private Optional<Counted> counted(Shard shard) throws IOException {
        String file = String.format("%05d-unreadable.jsonl", shard.number());
        try {
            JavaRDD<SourceRow> rows = ShardRows.of(spark, shard, config);
            Counted counted = new Counted(
                    shard, rows, rows.mapPartitions(ShardCounter::length).collect());
            output.delete(OutputFolder.REJECTED, file);
            progress.accept(counted.all());
            return Optional.of(counted);
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
            return Optional.empty();
        }
    }

    private static Iterator<Long> length(Iterator<SourceRow> rows) {
        long length = 0;
        while (rows.hasNext()) {
            rows.next();
            length++;
        }
        return List.of(length).iterator();
    }
}
