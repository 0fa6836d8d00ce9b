package io.deltarule.bench.report;

import io.deltarule.core.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            "device_name",
            "variant",
            "form",
            "chunk_size",
            "B",
            "T",
            "H",
            "HV",
            "K",
            "V",
            "householders",
            "gate",
            "precision",
            "storage",
            "tensors",
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
            "repeats",
            "kernel_gflops",
            "ceiling_gflops",
            "ceiling_gbytes_per_s",
            "ceiling_read_gbytes_per_s",
            "sgemm_gflops",
            "share_of_processor",
            "version",
            "commit",
            "time");

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
            ResultsFile file = ResultsFileReader.read(path, label);
            Places places = new Places(List.of(file));
            for (ResultsFile.Row row : file.rows()) {
                csv.append(line(file, places, row)).append("\r\n");
            }
            if (file.model() != null) {
                modelLines(file).forEach(line -> csv.append(line).append("\r\n"));
            }
        }
        return csv.toString();
    }

    private static String line(ResultsFile file, Places places, ResultsFile.Row r) {
        ResultsFile.Device device = file.device(r.engine(), r.device());
        List<Object> cells = new ArrayList<>(
                List.of(file.label(), r.suite(), r.name(), r.subject(), r.direction(), r.engine(), r.device()));
        cells.addAll(List.of(places.of(file, r.engine(), r.device()).name(), r.variant(), r.form()));
        cells.add(r.chunkSize() == 0 ? "" : r.chunkSize());
        for (String axis : List.of("B", "T", "H", "HV", "K", "V", "householders")) {
            cells.add(r.length(axis));
        }
        cells.addAll(List.of(r.gate(), r.numbers().precision(), r.numbers().storage(), r.tensors()));
        cells.addAll(List.of(r.context(), r.status(), r.problem() == null ? "" : r.problem()));
        cells.addAll(List.of(r.error(), r.flops(), r.bytes(), r.medianMs(), r.p10Ms(), r.p90Ms()));
        ResultsFile.Parts parts = r.parts();
        cells.addAll(List.of(parts.kernelMs(), parts.inMs(), parts.outMs(), parts.energyMj()));
        cells.addAll(List.of(r.first().ms(), r.first().compileMs()));
        cells.addAll(
                r.timed()
                        ? List.of(r.tokensPerSecond(), r.gflops(), r.gbytes(), r.repeats())
                        : List.of("", "", "", ""));
        cells.add(parts.known() && parts.kernelMs() > 0 ? r.flops() / parts.kernelMs() / 1e6 : "");
        cells.addAll(
                device == null
                        ? List.of("", "", "", "")
                        : List.of(device.gflops(), device.copyGbytes(), device.readGbytes(), device.sgemmGflops()));
        cells.add(device == null || !r.timed() ? "" : r.gflops() / device.gflops());
        cells.addAll(List.of(file.version(), file.commit() == null ? "" : file.commit(), file.time()));
        return cells.stream().map(CsvReport::cell).collect(Collectors.joining(","));
    }

    /** A model's file: a line for every program's prefill and one for its decoding, by the columns that they have. */
    private static List<String> modelLines(ResultsFile file) {
        List<String> lines = new ArrayList<>();
        for (ResultsFile.Program program : file.model().programs()) {
            lines.add(modelLine(
                    file, program, "forward", program.prefill(), file.model().prompt()));
            lines.add(modelLine(file, program, "decode", program.decode(), 1));
        }
        return lines;
    }

    private static String modelLine(
            ResultsFile file, ResultsFile.Program program, String direction, ResultsFile.Speed speed, int tokens) {
        Map<String, Object> cells = new HashMap<>();
        cells.put("file", file.label());
        cells.put("suite", "model");
        cells.put("name", file.model().file());
        cells.put("subject", "model");
        cells.put("direction", direction);
        cells.put("engine", program.name());
        cells.put("T", tokens);
        cells.put("status", speed == null ? "wrong" : "ok");
        cells.put("error", program.error());
        if (speed != null) {
            cells.put("median_ms", speed.medianMs());
            cells.put("p10_ms", speed.p10Ms());
            cells.put("p90_ms", speed.p90Ms());
            cells.put("tokens_per_s", speed.tokensPerSecond());
            cells.put("repeats", speed.repeats());
        }
        cells.put("version", program.version());
        cells.put("time", file.time());
        return COLUMNS.stream()
                .map(column -> cell(cells.getOrDefault(column, "")))
                .collect(Collectors.joining(","));
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
