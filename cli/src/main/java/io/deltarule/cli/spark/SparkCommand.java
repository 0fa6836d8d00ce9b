package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.model.ModelOptions;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.InvalidInputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Models over a corpus, or over one long text. */
@Command(
        name = "spark",
        description = {
            "A model over a corpus, on Apache Spark 4, which is found through SPARK_HOME: results are the same, bit for bit,"
                    + " however the corpus is spread over machines.",
            "A job over a corpus that was stopped goes on when the same command is given again. The engine of all commands here is"
                    + " cpu unless another is named: an automatic choice might differ from machine to machine. docs/spark.md has"
                    + " the rest."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CorpusPerplexityCommand.class,
            CorpusGenerateCommand.class,
            CorpusEmbedCommand.class,
            StateCommand.class
        })
public final class SparkCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--master",
            defaultValue = "local[*]",
            paramLabel = "URL",
            description = "What computes: local[N], spark://HOST:PORT, yarn, k8s://... (default: ${DEFAULT-VALUE}).")
    private String master;

    @Option(names = "--spark-home", paramLabel = "DIR", description = "Spark's folder (default: SPARK_HOME).")
    private Path home;

    @Option(
            names = "--conf",
            paramLabel = "NAME=VALUE",
            description = "A setting of Spark; may be given several times.")
    private List<String> settings;

    @Option(
            names = "--driver-memory",
            defaultValue = "1g",
            paramLabel = "SIZE",
            description = "Heap of Spark's driver; with --master local[N] of all (default: ${DEFAULT-VALUE}).")
    private String heap;

    /** Without a command it says which there are. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * Runs a job.
     *
     * @param job its configuration
     * @param inWords says in a few words what an event of its progress means
     * @param command whose job it is
     * @return how it ended
     */
    JsonNode run(ObjectNode job, Function<JsonNode, String> inWords, CommandSpec command) {
        List<String> given = settings == null ? List.of() : settings;
        for (String setting : given) {
            if (setting.indexOf('=') < 1) {
                throw new InvalidInputException("--conf: expected NAME=VALUE but found '" + setting + "'");
            }
        }
        SparkInstallation spark = SparkInstallation.find(home, System.getenv("SPARK_HOME"));
        TornadoOptions tornado = TornadoOptions.forEngine(job.path("engine").asText());
        PrintWriter err = command.commandLine().getErr();
        boolean debug = Boolean.TRUE.equals(command.findOption("--debug").getValue());
        try (Progress progress = Progress.start("starting Spark")) {
            return new SparkProcess(spark, master, given, heap, tornado)
                    .run(job, event -> progress.say(inWords.apply(event)), debug ? err::println : null);
        }
    }

    /** The engine of all machines: an automatic choice might be another on each of them, and so might numbers. */
    static String engine(ModelOptions model) {
        return model.engineName().equals("auto") ? "cpu" : model.engineName();
    }

    /** What a job told at its end, as a document. */
    static String document(JsonNode done) {
        ObjectNode document = done.deepCopy();
        document.remove("deltarule");
        return Json.text(document);
    }
}
