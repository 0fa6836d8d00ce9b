package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.ModelFolder;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command over a corpus. */
abstract class CorpusCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand spark;

    @Mixin
    private CorpusJobOptions options;

    /** Adds what only this command has. */
    abstract void complete(ObjectNode job);

    final CorpusJobOptions options() {
        return options;
    }

    final CommandSpec spec() {
        return spec;
    }

    @Override
    public final void run() {
        ObjectNode job = options.job(spec.name());
        complete(job);
        ModelFolder.open(options.model().folder(), options.model().type()).close(); // refused here, before Spark starts
        print(spark.run(job, CorpusCommand::inWords, spec));
    }

    private static String inWords(JsonNode event) {
        if (event.has("step")) {
            return event.path("step").asText();
        }
        long rejected = event.path("rejected").asLong();
        return String.format(
                Locale.ROOT,
                "%,d of %,d rows%s, %,d tokens",
                event.path("rows").asLong(),
                event.path("of").asLong(),
                rejected == 0 ? "" : String.format(Locale.ROOT, " (%,d rejected)", rejected),
                event.path("tokens").asLong());
    }

    private void print(JsonNode done) {
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            out.println(SparkCommand.document(done));
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
        long rows = done.path("rows").asLong();
        if (rows > 0 && rows == done.path("rejected").asLong()) {
            out.flush();
            throw new InvalidInputException("--input: expected rows with texts but all " + rows + " were rejected; "
                    + options.output() + "/rejected says why, and another --text-column needs another --output");
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
