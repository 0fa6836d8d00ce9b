package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.ModelFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Models over a corpus. */
@Command(
        name = "spark",
        description = {
            "A model over a corpus, on Apache Spark 4, which is found through SPARK_HOME: results are the same, bit for bit,"
                    + " however the corpus is spread over machines.",
            "A job that was stopped goes on when the same command is given again. docs/spark.md has the rest."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CorpusPerplexityCommand.class, CorpusGenerateCommand.class, CorpusEmbedCommand.class})
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

    /** Runs a job and prints how it ended. */
    void run(ObjectNode job, CorpusOptions options, boolean debug) {
        List<String> given = settings == null ? List.of() : settings;
        for (String setting : given) {
            if (setting.indexOf('=') < 1) {
                throw new InvalidInputException("--conf: expected NAME=VALUE but found '" + setting + "'");
            }
        }
        ModelFolder.open(options.model().folder(), options.model().type()).close(); // refused here, before Spark starts
        SparkInstallation spark = SparkInstallation.find(home, System.getenv("SPARK_HOME"));
        TornadoOptions tornado = TornadoOptions.forEngine(options.model().engineName());
        PrintWriter err = spec.commandLine().getErr();
        JsonNode done;
        try (Progress progress = Progress.start("starting Spark")) {
            done = new SparkProcess(spark, master, given, heap, tornado)
                    .run(job, event -> progress.say(inWords(event)), debug ? err::println : null);
        }
        print(done, options);
    }

    private static String inWords(JsonNode event) {
        long rejected = event.path("rejected").asLong();
        return String.format(
                Locale.ROOT,
                "%,d of %,d rows%s, %,d tokens",
                event.path("rows").asLong(),
                event.path("of").asLong(),
                rejected == 0 ? "" : String.format(Locale.ROOT, " (%,d rejected)", rejected),
                event.path("tokens").asLong());
    }

    private void print(JsonNode done, CorpusOptions options) {
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            ObjectNode document = ((ObjectNode) done.deepCopy());
            document.remove("deltarule");
            out.println(Json.text(document));
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "%s: %,d rows, %,d of them computed now in %.1f s (%,d tokens), %,d rejected",
                    options.output(),
                    done.path("rows").asLong(),
                    done.path("computed").asLong(),
                    done.path("seconds").asDouble(),
                    done.path("tokens").asLong(),
                    done.path("rejected").asLong()));
        }
        int unreadable = done.path("unreadable").size();
        if (unreadable > 0) {
            out.flush();
            throw new InvalidInputException("--input: expected files that can be read but " + unreadable
                    + " cannot be, the first of them "
                    + done.path("unreadable").get(0).asText() + "; " + options.output()
                    + "/rejected says why; mend them in a folder of their own and give them to a job of their own");
        }
    }
}
