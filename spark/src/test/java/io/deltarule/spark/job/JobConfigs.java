package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Jobs for tests, and what they wrote. */
public final class JobConfigs {
    private JobConfigs() {}

    /** A job on the CPU with small runs. */
    public static JobConfig of(String command, Path model, Path output, String... inputs) {
        return new JobConfig(
                command,
                model.toString(),
                null,
                "cpu",
                null,
                0,
                List.of(inputs),
                "auto",
                "text",
                null,
                null,
                null,
                output.toString(),
                "jsonl",
                16,
                128,
                8,
                0,
                false,
                4,
                1.1,
                null,
                null,
                null,
                null,
                null,
                9,
                List.of(),
                true,
                "hidden",
                -1);
    }

    /** The lines of all files of a folder, in the order of their names. */
    static List<JsonNode> lines(Path folder) {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<JsonNode> lines = new ArrayList<>();
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    lines.add(JobConfig.JSON.readTree(line));
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
