package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.model.ModelOptions;
import io.deltarule.cli.option.PromptText;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.segment.SegmentedNetwork;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One long text over many machines. */
@Command(
        name = "state",
        description = {
            "The state after one long text, computed in segments at the same time, for models whose layers carry delta states and the"
                    + " last inputs of convolutions only. 'generate --load-state' goes on from it.",
            "It first measures what the machines do, and says how long one process and segments take, and from which length on"
                    + " segments pay. It goes on with as many segments as were wanted, whether they pay or not."
        })
final class StateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand spark;

    @Mixin
    private TaskOptions task;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "F",
            description = "A file with the text, all of it, its last line break included; - is standard input.")
    private Path input;

    @Option(
            names = "--save-state",
            paramLabel = "F",
            description =
                    "Save everything that the model carries after the last token, on this machine; whole or not at all.")
    private Path saveState;

    @Option(
            names = "--segments",
            defaultValue = "0",
            paramLabel = "N",
            description = "Segments of the text; 1 is one process (default: as many tasks as run at the same time).")
    private int segments;

    @Option(names = "--plan", description = "Measure and say what it would take; compute nothing.")
    private boolean plan;

    @Override
    public void run() {
        checkOptions();
        ObjectNode job = task.job(spec.name())
                .put("saveState", plan ? null : saveState.toAbsolutePath().toString())
                .put("segments", segments);
        Path ids = null;
        try {
            ids = Files.createTempFile("deltarule-ids", ".json");
            Files.writeString(ids, tokens(job));
            print(spark.run(job.put("ids", ids.toString()), StateCommand::inWords, spec));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(ids);
        }
    }

    private void checkOptions() {
        if (plan == (saveState != null)) {
            throw new InvalidInputException("--save-state: expected a file for the state, or --plan alone, but found "
                    + (plan ? "both" : "neither") + "; give one of them");
        }
        if (segments < 0) {
            throw new InvalidInputException("--segments: expected at least 0 but found " + segments);
        }
        if (saveState != null) {
            task.model().checkOutput("--save-state", saveState, input);
        }
    }

    /** The text as {@code generate --prompt-file} reads it. What cannot be done in segments is refused here, before Spark starts. */
    private String tokens(ObjectNode job) {
        ModelOptions model = task.model();
        String text = PromptText.read("--input", input);
        try (LanguageModel opened = LanguageModel.open(model.folder(), Engines.named("cpu"), null, model.type())) {
            SegmentedNetwork network = new SegmentedNetwork(opened.network());
            int[] ids = opened.tokenizer().encode(text);
            opened.network().checkIds("--input, by the tokenizer", ids);
            network.cuts(ids.length, Math.max(1, segments));
            job.put("fingerprint", opened.network().fingerprint());
            int most = opened.network().maxPositions();
            if (most > 0 && ids.length >= most) {
                spec.commandLine()
                        .getErr()
                        .println("deltarule: the text has " + ids.length + " tokens and the model was made for " + most
                                + "; 'generate --load-state' goes on from there with --max-context only");
            }
            return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String inWords(JsonNode event) {
        return event.path("step").asText("ending");
    }

    private void print(JsonNode done) {
        PrintWriter out = spec.commandLine().getOut();
        if (task.json()) {
            out.println(SparkCommand.document(done));
        } else {
            StatePlanText.lines(done).forEach(out::println);
        }
    }
}
