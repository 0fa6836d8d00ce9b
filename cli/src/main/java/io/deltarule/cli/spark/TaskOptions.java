package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.model.ModelOptions;
import io.deltarule.cli.output.Json;
import io.deltarule.core.InvalidInputException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command over Spark takes: a model, and how a task runs it. */
final class TaskOptions {
    @Mixin
    private ModelOptions model;

    @Option(
            names = "--piece",
            defaultValue = "512",
            paramLabel = "N",
            description = "Most tokens of one run, in which whole texts are packed (default: ${DEFAULT-VALUE}).")
    private int piece;

    @Option(
            names = "--threads",
            defaultValue = "0",
            paramLabel = "N",
            description = "Threads of the cpu engine per task (default: spark.task.cpus).")
    private int threads;

    @Option(names = "--json", description = "Print a JSON document at the end instead of text.")
    private boolean json;

    ModelOptions model() {
        return model;
    }

    boolean json() {
        return json;
    }

    /** A job's configuration so far. */
    ObjectNode job(String command) {
        if (piece < 1 || threads < 0) {
            throw new InvalidInputException(
                    "--piece and --threads: expected at least 1 and 0 but found " + piece + " and " + threads);
        }
        return Json.object()
                .put("command", command)
                .put("model", model.folder().toAbsolutePath().toString())
                .put("type", model.type())
                .put("engine", SparkCommand.engine(model))
                .put("device", model.deviceName())
                .put("storage", model.storage().id())
                .put("threads", threads)
                .put("piece", piece);
    }
}
