package io.deltarule.cli.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.chart.SvgFigure;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.ResultFigure;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every experiment's command has: seeds, engine, and where the results go. */
@Command
abstract class ExperimentRun implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "reference, cpu, tornado or auto (default: cpu; speedup: each that has a device here).")
    private String engine;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "Seeds, all of which are shown (default: the experiment's).")
    private Integer seeds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The first of them; the others follow it (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--output", paramLabel = "FILE", description = "Draw the figure into FILE, as SVG.")
    private Path output;

    @Option(
            names = "--json",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "-",
            description = "Write a JSON document to FILE, or without FILE to standard output in place of the table.")
    private String json;

    /** The experiment that the options ask for. */
    abstract Experiment experiment();

    /** What computes where no engine is named. */
    List<DeltaEngine> usualEngines() {
        return List.of(Engines.named("cpu"));
    }

    @Override
    public Integer call() {
        Experiment experiment = experiment();
        Path file = json == null || json.equals("-") ? null : Path.of(json);
        if (file != null) {
            OutputPath.check("--json", file);
        }
        if (output != null) {
            OutputPath.check("--output", output);
        }
        List<DeltaEngine> engines = engine == null ? usualEngines() : List.of(Engines.named(engine));
        Conditions conditions;
        ExperimentResult result;
        double seconds;
        try (Progress progress = Progress.start(experiment.name())) {
            conditions = new Conditions(engines, seed, seeds == null ? experiment.seeds() : seeds, progress::say);
            long begun = System.nanoTime();
            result = experiment.run(conditions);
            seconds = (System.nanoTime() - begun) / 1e9;
        }
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode document = ExperimentDocument.of(experiment, conditions, result);
        if (json != null && file == null) {
            out.println(Json.text(document));
        } else {
            ExperimentText.print(experiment, conditions, result, seconds, out);
        }
        if (file != null) {
            OutputPath.writeWhole(file, Json.text(document) + System.lineSeparator());
        }
        if (output != null) {
            OutputPath.writeWhole(output, SvgFigure.of(ResultFigure.of(experiment.claim(), result)));
        }
        return ExitCode.OK;
    }
}
