package io.deltarule.cli.bench;

import io.deltarule.bench.report.CsvReport;
import io.deltarule.bench.report.HtmlReport;
import io.deltarule.bench.report.SpeedFigure;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.core.InvalidInputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One page of the results of several machines. */
@Command(
        name = "report",
        description = {
            "Puts results files of one or more machines side by side in one HTML page that needs nothing else: headlines,"
                    + " charts, tables that sort, light and dark. Or makes a table or a picture of them.",
            "Each file is called by its name in the page, so name them after their machines."
        })
public final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "RESULTS",
            description = "Files that 'deltarule bench' wrote (results.json).")
    private List<Path> results;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description =
                    "The page to write (.html), a table for spreadsheets (.csv), or a picture of what a token costs (.svg).")
    private Path output;

    @Override
    public Integer call() {
        String name = output.getFileName() == null ? "" : output.getFileName().toString();
        Function<List<Path>, String> report = switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> HtmlReport::of;
            case "csv" -> CsvReport::of;
            case "svg" -> SpeedFigure::of;
            default ->
                throw new InvalidInputException(
                        "--output: expected a name that ends in .html, .csv or .svg but found " + output);
        };
        for (Path file : results) {
            OutputPath.check("--output", output, file);
        }
        OutputPath.writeWhole(output, report.apply(results));
        PrintWriter out = spec.commandLine().getOut();
        out.println("wrote " + output);
        return ExitCode.OK;
    }
}
