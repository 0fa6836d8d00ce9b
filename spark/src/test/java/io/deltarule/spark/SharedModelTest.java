package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.deltarule.core.Storage;
import io.deltarule.models.corpus.CorpusModel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for whom. */
class SharedModelTest {
    @TempDir
    static Path temp;

    private static Path model;
    private static Path other;

    @BeforeAll
    static void unpack() {
        model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        other = CorpusModel.unpack("gated_deltaproduct", temp.resolve("other"));
    }

    private static ModelConfig on(String engine, String device, Path folder) {
        return new ModelConfig(folder.toString(), null, engine, device, Storage.FLOAT32, 1, null);
    }

    /** Leases in a thread of its own, and gives back there. */
    private static CompletableFuture<String> leased(ModelConfig config, ExecutorService thread) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (SharedModel.Lease lease = SharedModel.lease(config)) {
                        return lease.model().device();
                    }
                },
                thread);
    }

    private static void assertWaits(ModelConfig held, ModelConfig wanted) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            CompletableFuture<String> second;
            try (SharedModel.Lease first = SharedModel.lease(held);
                    SharedModel.Lease again = SharedModel.lease(wanted)) { // as in a pipeline's one task
                assertEquals(held.device(), first.model().device());
                assertEquals(wanted.device(), again.model().device());
                second = leased(wanted, thread);
                while (!second.isDone() && SharedModel.waiting() == 0) {
                    Thread.sleep(5);
                }
                assertFalse(second.isDone(), "it waits for the GPU");
            }
            assertEquals(wanted.device(), second.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void tasksTakeTurnsOnAGpuWhicheverModelTheyRun() throws Exception {
        ModelConfig config = on(NumberedGpus.NAME, "test:0", model);
        assertWaits(config, config);
        assertWaits(config, on(NumberedGpus.NAME, "test:0", other));
    }

    @Test
    void tasksOnTwoGpusOrTheCpuDoNot() throws Exception {
        for (ModelConfig[] two : new ModelConfig[][] {
            {on(NumberedGpus.NAME, "test:0", model), on(NumberedGpus.NAME, "test:1", model)},
            {on("cpu", "cpu", model), on("cpu", "cpu", model)}
        }) {
            try (ExecutorService thread = Executors.newSingleThreadExecutor();
                    SharedModel.Lease first = SharedModel.lease(two[0])) {
                assertEquals(two[0].device(), first.model().device());
                assertEquals(two[1].device(), leased(two[1], thread).get(60, TimeUnit.SECONDS));
            }
        }
    }
}
