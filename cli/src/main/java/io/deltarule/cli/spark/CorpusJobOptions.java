package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.model.ModelOptions;
import io.deltarule.cli.option.TextParameter;
import io.deltarule.core.InvalidInputException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands over a corpus take: a model, files in, a folder out. */
final class CorpusJobOptions {
    @Mixin
    private TaskOptions task;

    @Option(
            names = "--input",
            required = true,
            arity = "1..*",
            paramLabel = "FILES",
            description = "Files, folders of files, or patterns: Parquet, JSON lines, or text with a row per line.")
    private List<String> inputs;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "A new folder for the results; one that the same job has begun is gone on with.")
    private String output;

    @Option(
            names = "--input-format",
            defaultValue = "auto",
            paramLabel = "F",
            description = "parquet, jsonl, text or auto: by the files' names (default: ${DEFAULT-VALUE}).")
    private String format;

    @Option(
            names = "--output-format",
            defaultValue = "jsonl",
            paramLabel = "F",
            description =
                    "jsonl, or parquet for a copy of all results in that format at the end (default: ${DEFAULT-VALUE}).")
    private String outputFormat;

    @Option(
            names = "--text-column",
            defaultValue = "text",
            paramLabel = "NAME",
            description = "The column or field that has the text (default: ${DEFAULT-VALUE}).")
    private String textColumn;

    @Option(
            names = "--id-column",
            paramLabel = "NAME",
            description = "The column or field that tells rows apart: it is in the results, and rows draw by it.")
    private String idColumn;

    @Option(
            names = "--prefix-column",
            paramLabel = "NAME",
            description = "The column or field that has a text before the row's: a prefix that many rows share is read"
                    + " once by each process and then forked.")
    private String prefixColumn;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            parameterConsumer = TextParameter.class,
            description = "A text before every row's; it is read once by each process and then forked.")
    private String prefix;

    @Option(
            names = "--rows-per-part",
            defaultValue = "0",
            paramLabel = "N",
            description = "Rows of a file of results: what is lost when a machine fails (default: by the corpus and the"
                    + " cores, at most 1000).")
    private int rowsPerPart;

    @Option(
            names = "--sequences",
            defaultValue = "16",
            paramLabel = "N",
            description = "Most texts of one run (default: ${DEFAULT-VALUE}).")
    private int sequences;

    @Option(
            names = "--max-context",
            defaultValue = "0",
            paramLabel = "N",
            description = "Most tokens of a text with prefix and what is added (default: what the model was made for).")
    private int context;

    ModelOptions model() {
        return task.model();
    }

    String output() {
        return output;
    }

    boolean json() {
        return task.json();
    }

    /** The job's configuration, as the module for Spark reads it; what only some commands have is added by them. */
    ObjectNode job(String command) {
        if (sequences < 1) {
            throw new InvalidInputException("--sequences: expected at least 1 but found " + sequences);
        }
        if (context < 0 || context == 1) {
            throw new InvalidInputException(
                    "--max-context: expected at least 2, or 0 for what the model was made for, but found " + context);
        }
        ObjectNode job = task.job(command);
        inputs.forEach(job.putArray("inputs")::add);
        return job.put("format", format)
                .put("textColumn", textColumn)
                .put("idColumn", idColumn)
                .put("prefixColumn", prefixColumn)
                .put("prefix", prefix)
                .put("output", output)
                .put("outputFormat", outputFormat)
                .put("rowsPerPart", rowsPerPart)
                .put("sequences", sequences)
                .put("context", context)
                .put("tokens", false)
                .put("maxNewTokens", 0)
                .put("seed", 0)
                .put("ignoreEos", false)
                .put("embedding", "hidden")
                .put("layer", -1);
    }
}
