package io.deltarule.cli.operation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.TextTable;
import io.deltarule.core.Comparison;
import io.deltarule.core.InvalidInputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two files tensor by tensor. */
@Command(
        name = "compare",
        description = {
            "Compares two safetensors files tensor by tensor: RMS(B - A) / RMS(A), the largest error, where it is and"
                    + " both values there.",
            "Exit code 1 if a ratio is past the tolerance, a value is not finite, a shape differs, or a tensor is in"
                    + " one file only. Gradients (d_...) that only one of the files was made with are listed and not"
                    + " compared. Types may differ (F64, F32, F16, BF16, I32, I64). Files of any size are"
                    + " streamed."
        })
public final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "The file that is taken as right.")
    private Path expected;

    @Parameters(index = "1", paramLabel = "B", description = "The file that is judged.")
    private Path found;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            defaultValue = "5e-5",
            description = "Largest ratio that passes (default: ${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(
            names = "--tensors",
            split = ",",
            paramLabel = "NAME",
            description = "Compare only these, for example o,final_state (default: all of either file).")
    private List<String> only = List.of();

    @Option(names = "--json", description = "Print a JSON document instead of a table.")
    private boolean json;

    @Override
    public Integer call() {
        if (!(tolerance >= 0)) {
            throw new InvalidInputException(
                    "--tolerance: expected a number of at least 0 but found " + tolerance + "; 5e-5 fits float32");
        }
        List<TensorComparison> rows;
        try (Progress progress = Progress.start("comparing")) {
            rows = TensorComparison.ofFiles(expected, found, only, progress);
        }
        boolean passed = rows.stream().allMatch(row -> row.passes(tolerance));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(document(rows, passed)));
        } else {
            print(rows, passed, out);
        }
        return passed ? ExitCode.OK : ExitCode.MISMATCH;
    }

    private void print(List<TensorComparison> rows, boolean passed, PrintWriter out) {
        TextTable table = new TextTable("tensor", "shape", "ratio", "max error", "at index", "expected", "found", "");
        for (TensorComparison row : rows) {
            Comparison c = row.comparison();
            String verdict = row.skipped() ? "not compared" : row.passes(tolerance) ? "ok" : "FAILED";
            if (c == null) {
                table.row(row.name(), row.shape(), "-", "-", "-", "-", "-", verdict + ": " + row.problem());
            } else {
                table.row(
                        row.name(),
                        row.shape(),
                        String.format(Locale.ROOT, "%.3g", c.ratio()),
                        String.format(Locale.ROOT, "%.3g", c.maxError()),
                        c.size() == 0 ? "-" : TensorComparison.index(c.index(), row.dims()),
                        String.format(Locale.ROOT, "%.9g", c.expected()),
                        String.format(Locale.ROOT, "%.9g", c.found()),
                        verdict);
            }
        }
        table.print(out);
        long failures = rows.stream().filter(row -> !row.passes(tolerance)).count();
        boolean unpaired = rows.stream().anyMatch(row -> row.comparison() == null);
        out.println(
                passed
                        ? "every ratio compared is at most " + tolerance
                        : failures + " of " + rows.size() + " tensors are not within the tolerance of " + tolerance
                                + (unpaired ? "; --tensors a,b compares only those named" : ""));
    }

    private ObjectNode document(List<TensorComparison> rows, boolean passed) {
        ObjectNode document = Json.object();
        document.put("passed", passed).put("tolerance", tolerance);
        ArrayNode list = document.putArray("tensors");
        for (TensorComparison row : rows) {
            ObjectNode node = list.addObject()
                    .put("name", row.name())
                    .put("passed", row.passes(tolerance))
                    .put("skipped", row.skipped());
            ArrayNode shape = node.putArray("shape");
            for (long extent : row.dims()) {
                shape.add(extent);
            }
            node.put("problem", row.problem());
            Comparison c = row.comparison();
            if (c != null) {
                // A number that is not finite has no JSON form: null says so, and "passed" is false.
                Json.putFinite(node, "ratio", c.ratio());
                Json.putFinite(node, "max_error", c.maxError());
                node.put("index", c.index());
                Json.putFinite(node, "expected", c.expected());
                Json.putFinite(node, "found", c.found());
            }
        }
        return document;
    }
}
