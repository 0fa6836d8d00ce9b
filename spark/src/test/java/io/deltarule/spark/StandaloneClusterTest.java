package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Outcome;
import io.deltarule.models.corpus.Scored;
import io.deltarule.models.corpus.Scoring;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and workers, each a process of its own. */
@Tag(TestScope.THOROUGH)
class StandaloneClusterTest {
    private static final CorpusOptions OPTIONS = new CorpusOptions(256, 16, 0);
    private static final int TEXTS = 2000;

    @TempDir
    static Path temp;

    private static Path model;
    private static Path home;
    private static StandaloneCluster cluster;
    private SparkSession spark;

    @BeforeAll
    static void prepare() {
        LocalSpark.stop();
        model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        home = SparkHome.make(temp.resolve("home"), entry -> true);
        cluster = new StandaloneCluster(temp, home);
    }

    @AfterEach
    void stop() {
        if (spark != null) {
            spark.stop();
        }
        cluster.stopWorkers();
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
        SparkHome.unlink(home);
    }

    private void start(Map<String, String> settings) {
        SparkSession.Builder builder = SparkSession.builder()
                .master(cluster.master())
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.executor.cores", "1")
                .config("spark.executor.memory", "600m")
                .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .config("spark.cores.max", "2")
                .config(
                        "spark.executor.extraJavaOptions",
                        "--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC");
        settings.forEach(builder::config);
        spark = builder.getOrCreate();
    }

    private Dataset<Row> rows(List<String> texts, int partitions) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            rows.add(RowFactory.create((long) i, texts.get(i)));
        }
        StructType schema = new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);
        return spark.createDataFrame(rows, schema).repartition(partitions);
    }

    private PerplexityTransformer transformer() {
        return new PerplexityTransformer()
                .setModel(model.toString())
                .setPiece(OPTIONS.piece())
                .setSequences(OPTIONS.sequences());
    }

    private static void assertSame(List<Outcome<Scored>> expected, List<Row> rows) {
        assertEquals(expected.size(), rows.size());
        Set<Long> ids = new HashSet<>();
        double[] wanted = new double[expected.size()];
        double[] found = new double[expected.size()];
        for (Row row : rows) {
            int id = (int) row.getLong(0);
            assertTrue(ids.add(row.getLong(0)), "row " + id + " is there once");
            wanted[id] = expected.get(id).result().meanLoss();
            found[id] = row.<Row>getAs("score").getDouble(1);
        }
        assertArrayEquals(wanted, found, 0);
    }

    /** Waits until some tasks are done, and more are not, and ends an executor as a crash would. */
    private Thread killAnExecutorInTheMiddle(AtomicReference<ProcessHandle> killed) {
        return Thread.ofPlatform().start(() -> {
            while (killed.get() == null && !Thread.currentThread().isInterrupted()) {
                for (int stage : spark.sparkContext().statusTracker().getActiveStageIds()) {
                    SparkStageInfo info = JavaSparkContext.fromSparkContext(spark.sparkContext())
                            .statusTracker()
                            .getStageInfo(stage);
                    if (info != null
                            && info.numTasks() == 7
                            && info.numCompletedTasks() >= 1
                            && info.numActiveTasks() >= 1) {
                        ProcessHandle executor = cluster.executors().getFirst();
                        executor.destroyForcibly();
                        killed.set(executor);
                        return;
                    }
                }
                try {
                    Thread.sleep(20);
                } catch (InterruptedException over) {
                    return;
                }
            }
        });
    }

    @Test
    void twoThousandTextsAreThoseOfOneProcessAlsoWhenAnExecutorDies() throws InterruptedException {
        cluster.worker(home, Map.of()).worker(home, Map.of());
        start(Map.of());
        List<String> texts = CorpusModel.texts(TEXTS, 5, 2026);
        // beside the first job, which has work for one executor only
        CompletableFuture<List<Outcome<Scored>>> alone = CompletableFuture.supplyAsync(() -> OneProcess.outcomes(
                model,
                new Scoring(false),
                OPTIONS,
                texts.stream().map(CorpusText::of).toList()));
        for (int partitions : new int[] {1, 2}) {
            List<Row> rows = transformer().transform(rows(texts, partitions)).collectAsList();
            assertSame(alone.join(), rows);
        }
        AtomicReference<ProcessHandle> killed = new AtomicReference<>();
        Thread killer = killAnExecutorInTheMiddle(killed);
        List<Row> rows = transformer().transform(rows(texts, 7)).collectAsList();
        killer.interrupt();
        killer.join();
        assertNotNull(killed.get(), "an executor was killed while others of its stage's tasks were running");
        assertSame(alone.join(), rows);
    }

    @Test
    void aWorkerWithoutTheTokenizersNativeLibraryLeavesItsTasksToTheOther() {
        Path bare =
                SparkHome.make(temp.resolve("bare"), entry -> !entry.toString().contains("linux-x86_64.jar"));
        SparkHome.strip(bare, "tokenizers-.*", "native/lib/.*");
        cluster.worker(bare, Map.of("DJL_CACHE_DIR", temp.resolve("empty").toString()))
                .worker(home, Map.of());
        start(Map.of(
                "spark.excludeOnFailure.enabled", "true",
                "spark.task.maxFailures", "8",
                "spark.excludeOnFailure.task.maxTaskAttemptsPerNode", "6"));
        List<String> texts = CorpusModel.texts(60, 12, 5);
        List<Outcome<Scored>> expected = OneProcess.outcomes(
                model,
                new Scoring(false),
                OPTIONS,
                texts.stream().map(CorpusText::of).toList());
        assertSame(expected, transformer().transform(rows(texts, 6)).collectAsList());
        SparkHome.unlink(bare);
    }

    /** Where a task ran. */
    private record Placed(String executor, String address, String device) implements Serializable {
        static Placed now(ModelConfig config) {
            try (SharedModel.Lease lease = SharedModel.lease(config)) {
                TaskContext task = TaskContext.get();
                return new Placed(
                        SparkEnv.get().executorId(),
                        task.resourcesJMap().get("gpu").addresses()[0],
                        lease.model().device());
            }
        }
    }

    @Test
    void tasksRunOnTheGpuThatSparkHasAssignedToThem() throws IOException {
        SparkHome.pack(Path.of("target", "test-classes"), home.resolve("jars/tests.jar"));
        Path script = Files.writeString(
                temp.resolve("gpus.sh"), "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        cluster.worker(
                home,
                2,
                Map.of(),
                List.of(
                        "-Dspark.worker.resource.gpu.amount=2",
                        "-Dspark.worker.resource.gpu.discoveryScript=" + script));
        start(Map.of("spark.executor.resource.gpu.amount", "1", "spark.task.resource.gpu.amount", "1"));
        ModelConfig gpus = ModelConfig.cpu(model.toString()).withEngine(NumberedGpus.NAME);
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        List<Placed> placed = context.parallelize(List.of(0, 1), 2)
                .map(task -> Placed.now(gpus))
                .collect();
        assertEquals(Set.of("0", "1"), placed.stream().map(Placed::address).collect(Collectors.toSet()));
        assertEquals(2, placed.stream().map(Placed::executor).distinct().count(), "one GPU each");
        placed.forEach(one -> assertEquals("test:" + one.address(), one.device()));
        List<CorpusText> texts =
                CorpusModel.texts(20, 5, 3).stream().map(CorpusText::of).toList();
        assertArrayEquals(
                losses(OneProcess.outcomes(model, new Scoring(false), OPTIONS, texts)),
                losses(context.parallelize(texts, 2)
                        .mapPartitions(new TextFunction<>(gpus, new Scoring(false), OPTIONS))
                        .collect()),
                0);
    }

    private static double[] losses(List<Outcome<Scored>> outcomes) {
        return outcomes.stream().mapToDouble(one -> one.result().meanLoss()).toArray();
    }
}
