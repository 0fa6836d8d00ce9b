package io.deltarule.bench.report;

import io.deltarule.core.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The rows of results files as one table for spreadsheets, RFC 4180. */
public final class CsvReport {
    private static final List<String> COLUMNS = List.of(
            "file",
            "suite",
            "name",
            "subject",
            "direction",
            "engine",
            "device",
            "variant",
            "form",
            "B",
            "T",
            "H",
            "HV",
            "K",
            "V",
            "householders",
            "gate",
            "context",
            "status",
            "problem",
            "error",
            "flops",
            "bytes",
            "median_ms",
            "p10_ms",
            "p90_ms",
            "kernel_ms",
            "copy_in_ms",
            "copy_out_ms",
            "energy_mj",
            "first_run_ms",
            "compile_ms",
            "tokens_per_s",
            "gflops",
            "gbytes_per_s",
            "repeats");

    private CsvReport() {}

    /**
     * The table.
     *
     * @param paths files that {@code bench --json} wrote
     * @throws InvalidInputException naming a file that is not one
     */
    public static String of(List<Path> paths) {
        StringBuilder csv = new StringBuilder(String.join(",", COLUMNS)).append("\r\n");
        for (Path path : paths) {
            String label = path.getFileName().toString();
            for (ResultsFile.Row row : ResultsFileReader.read(path, label).rows()) {
                csv.append(line(label, row)).append("\r\n");
            }
        }
        return csv.toString();
    }

    private static String line(String label, ResultsFile.Row r) {
        List<Object> cells = new ArrayList<>(List.of(
                label, r.suite(), r.name(), r.subject(), r.direction(), r.engine(), r.device(), r.variant(), r.form()));
        for (String axis : List.of("B", "T", "H", "HV", "K", "V", "householders")) {
            cells.add(r.length(axis));
        }
        cells.addAll(List.of(r.gate(), r.context(), r.status(), r.problem() == null ? "" : r.problem()));
        cells.addAll(List.of(r.error(), r.flops(), r.bytes(), r.medianMs(), r.p10Ms(), r.p90Ms()));
        ResultsFile.Parts parts = r.parts();
        cells.addAll(List.of(parts.kernelMs(), parts.inMs(), parts.outMs(), parts.energyMj()));
        cells.addAll(List.of(r.first().ms(), r.first().compileMs()));
        cells.addAll(
                r.timed()
                        ? List.of(r.tokensPerSecond(), r.gflops(), r.gbytes(), r.repeats())
                        : List.of("", "", "", ""));
        return cells.stream().map(CsvReport::cell).collect(Collectors.joining(","));
    }

    private static String cell(Object value) {
        if (value instanceof Double number) {
            return number.isNaN() ? "" : number.toString();
        }
        String text = value.toString();
        // A spreadsheet would run a text that begins like a formula; results may come from anywhere.
        String harmless = value instanceof String && text.matches("(?s)[=+\\-@\t\r].*") ? "'" + text : text;
        return harmless.matches("(?s).*[\",\r\n].*") ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
    }
}
