package io.deltarule.cli.experiment;

import io.deltarule.chart.SvgFigure;
import io.deltarule.cli.option.MemoryNeed;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.experiments.retrieval.FigurePanel;
import io.deltarule.experiments.retrieval.RetrievalExperiment;
import io.deltarule.experiments.retrieval.RetrievalFigure;
import io.deltarule.experiments.retrieval.RetrievalSizes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What DeltaLens' selective read retrieves and the linear read does not, and the reverse. */
@Command(
        name = "retrieval",
        description = {
            "Stores random associations in delta-rule states and reads them back, linearly and selectively (DeltaLens):"
                    + " how many payloads each read retrieves, over load, over noise in the cue and over the shape of"
                    + " the keys.",
            "Nothing is trained; docs/math/deltalens.md says what is given by construction and what the numbers mean."
        })
public final class RetrievalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "reference, cpu, tornado or auto (default: ${DEFAULT-VALUE}).")
    private String engine;

    @Option(names = "--K", paramLabel = "N", description = "Key channels, rows of the state (default: 64).")
    private int keySize = RetrievalSizes.DEFAULT.K();

    @Option(
            names = "--V",
            paramLabel = "N",
            description = "Value channels, half for a tag and half for a payload (default: 64).")
    private int valueSize = RetrievalSizes.DEFAULT.V();

    @Option(names = "--trials", paramLabel = "N", description = "Independent sets of associations (default: 24).")
    private int trials = RetrievalSizes.DEFAULT.trials();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all random numbers (default: 1).")
    private long seed = RetrievalSizes.DEFAULT.seed();

    @Option(
            names = "--sharpness",
            paramLabel = "X",
            description = "Logit of a row whose tag equals the cue (default: 16).")
    private double sharpness = RetrievalSizes.DEFAULT.sharpness();

    @Option(names = "--output", paramLabel = "FILE", description = "Draw the figure into FILE, as SVG.")
    private Path output;

    @Option(
            names = "--json",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "-",
            description = "Write a JSON document to FILE, or without FILE to standard output in place of the table.")
    private String json;

    @Override
    public Integer call() {
        RetrievalSizes sizes = new RetrievalSizes(keySize, valueSize, trials, seed, sharpness);
        Path file = json == null || json.equals("-") ? null : Path.of(json);
        if (file != null) {
            OutputPath.check("--json", file);
        }
        if (output != null) {
            OutputPath.check("--output", output);
        }
        MemoryNeed.check(RetrievalExperiment.largest(sizes));
        DeltaEngine chosen = Engines.named(engine);
        List<FigurePanel> panels;
        try (Progress progress = Progress.start("retrieval")) {
            panels = new RetrievalExperiment(sizes, chosen, progress::say).run();
        }
        PrintWriter out = spec.commandLine().getOut();
        String document = Json.text(RetrievalDocument.of(sizes, chosen.name(), panels));
        if (json != null && file == null) {
            out.println(document);
        } else {
            RetrievalText.print(sizes, panels, out);
        }
        if (file != null) {
            OutputPath.writeWhole(file, document + System.lineSeparator());
        }
        if (output != null) {
            OutputPath.writeWhole(output, SvgFigure.of(RetrievalFigure.of(panels)));
        }
        return ExitCode.OK;
    }
}
