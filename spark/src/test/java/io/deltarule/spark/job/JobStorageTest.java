package io.deltarule.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In what numbers a job computes. */
class JobStorageTest {
    @TempDir
    Path temp;

    private static JsonNode run(JobConfig config) throws IOException {
        LocalSpark.session();
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        JobMain.run(config.json(), new PrintStream(told, true, StandardCharsets.UTF_8));
        return JobConfig.JSON.readTree(
                told.toString(StandardCharsets.UTF_8).lines().toList().getLast());
    }

    @Test
    void itIsTheEnginesToHaveAndPartOfWhichJobItIs() throws IOException {
        Path model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        Path input = Files.writeString(temp.resolve("texts.txt"), "a text\n");
        Path output = temp.resolve("output");
        JobConfig whole = JobConfigs.of("perplexity", model, output, input.toString());
        String why =
                "storage: engine cpu expected float32 but found bfloat16; forward passes of engine tornado have it";
        assertRefused(why, JobConfigs.with(whole, "storage", "bfloat16"));
        assertRefused(
                "storage: expected float32, bfloat16, float16 but found 'int8'",
                JobConfigs.with(whole, "storage", "int8"));
        JobConfig gpu = JobConfigs.with(JobConfigs.with(whole, "engine", "gpus"), "device", "test:0");
        assertRefused(why, JobConfigs.with(gpu, "storage", "bfloat16")); // by the engine, in the task
        Path another = temp.resolve("another");
        gpu = JobConfigs.with(gpu, "output", another.toString());
        assertEquals("done", run(gpu).get("deltarule").asText());
        assertRefused("--output: expected a new folder", JobConfigs.with(gpu, "storage", "bfloat16"));
    }

    private static void assertRefused(String why, JobConfig config) throws IOException {
        JsonNode told = run(config);
        assertEquals("input", told.get("kind").asText(), told.toString());
        assertTrue(told.get("message").asText().startsWith(why), told.toString());
    }
}
