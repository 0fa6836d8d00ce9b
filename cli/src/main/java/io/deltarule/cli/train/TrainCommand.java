package io.deltarule.cli.train;

import io.deltarule.cli.option.EngineChoice;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.TextTable;
import io.deltarule.cli.output.Version;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.training.Score;
import io.deltarule.training.run.ConfigTemplates;
import io.deltarule.training.run.RunConfig;
import io.deltarule.training.run.TrainingRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model in a folder. */
@Command(
        name = "train",
        description = {
            "Trains a model on a text or on a task, and writes it as a folder that generate, chat, logits and perplexity"
                    + " read, with checkpoints, a log (log.jsonl) and a picture of the losses (loss.svg).",
            "The config says everything; --print-config NAME prints one with comments, to begin with.",
            "Ctrl-C finishes the step and saves; --resume goes on to the same losses, bit for bit.",
            "Keys, formulas, log and checkpoints: docs/training.md."
        },
        exitCodeList = {
            "0:all steps are done",
            "2:bad input or options; a folder or checkpoint that cannot be gone on with",
            "3:this machine cannot",
            "4:a loss or gradient is no longer finite; the message names step and tensor",
            "130:interrupted by Ctrl-C and saved (143 for SIGTERM)"
        },
        exitCodeListHeading = "%nExit codes:%n")
public final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "F", description = "What to train, on what, and how: JSON with comments.")
    private Path config;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "The run's folder: new or empty, or with --resume the one of the run.")
    private Path output;

    @Option(names = "--resume", description = "Go on from the folder's newest checkpoint.")
    private boolean resume;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "cpu, tornado or reference (float64) (default: ${DEFAULT-VALUE}).")
    private String engine;

    @Option(
            names = "--device",
            paramLabel = "ID",
            description = "Which of the engine's devices, as 'deltarule devices' lists them.")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of engine cpu (default: the available processors). They change no bit of a result.")
    private Integer threads;

    @Option(names = "--json", description = "Print a JSON document in place of the table.")
    private boolean json;

    @Option(
            names = "--print-config",
            paramLabel = "NAME",
            description =
                    "Print a config with comments for a task (parity, permutations, modular, mqar) or a model's type,"
                            + " and do nothing else.")
    private String printed;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (printed != null) {
            out.print(ConfigTemplates.of(printed));
            out.flush();
            return ExitCode.OK;
        }
        if (config == null || output == null) {
            throw new InvalidInputException("train: expected --config F and --output DIR but found "
                    + (config == null && output == null ? "neither" : "only one")
                    + "; 'deltarule train --print-config parity' prints a config to begin with");
        }
        RunConfig read = RunConfig.read(config);
        EngineChoice choice = EngineChoice.of(engine, device);
        TrainingEngine chosen = TrainingEngine.of(
                threads == null ? choice.engine() : choice.engine().withThreads(threads));
        Score score = read.task().score();
        TrainingRun.Result result;
        try (Interruption interruption = Interruption.guard(spec.commandLine().getErr())) {
            try (Progress progress = Progress.start("training")) {
                TrainingDisplay display =
                        new TrainingDisplay(progress, read.options().steps(), score);
                result = new TrainingRun(read, chosen, device, output, Version.text(), display)
                        .run(resume, interruption::isWanted);
                progress.end();
            }
            report(result, score, chosen.name(), out);
            if (!result.finished()) {
                spec.commandLine().getErr().println(goOn(result));
                spec.commandLine().getErr().flush();
            }
            out.flush();
        }
        return ExitCode.OK;
    }

    private String goOn(TrainingRun.Result result) {
        return "deltarule: stopped after step " + result.step() + " and saved " + result.checkpoint()
                + "; the same command with --resume goes on";
    }

    private void report(TrainingRun.Result result, Score score, String engineName, PrintWriter out) {
        if (json) {
            out.println(Json.text(TrainDocument.of(result, score, engineName, output)));
            return;
        }
        TextTable table = new TextTable("run", output.toString());
        table.row("parameters", Long.toString(result.parameters()));
        table.row("steps", result.step() + (result.resumedAt() > 0 ? ", from " + result.resumedAt() + " on" : ""));
        table.row(
                "tokens",
                String.format(
                        Locale.ROOT,
                        "%d in %s, %.0f tokens/s, engine %s",
                        result.tokens(),
                        TrainingDisplay.time(result.seconds()),
                        result.tokens() / result.seconds(),
                        engineName));
        table.row("memory", (result.bytes() >> 20) + " MiB of weights, gradients, moments and slots");
        table.row("training loss", String.format(Locale.ROOT, "%.4f, mean of the last steps", result.loss()));
        if (result.evaluation() != null) {
            table.row(
                    "held out",
                    String.format(
                            Locale.ROOT,
                            "loss %.4f, %s %.4f, %d labels",
                            result.evaluation().loss(),
                            score.id(),
                            score.of(result.evaluation()),
                            result.evaluation().labelled()));
        }
        table.row("written", "config.json, model.safetensors, log.jsonl, loss.svg, " + result.checkpoint());
        table.print(out);
    }
}
