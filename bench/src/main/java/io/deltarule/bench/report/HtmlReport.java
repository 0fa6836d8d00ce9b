package io.deltarule.bench.report;

import com.samskivert.mustache.Mustache;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Quantity;
import io.deltarule.chart.SvgChart;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Results files as one HTML page that needs nothing else: charts, tables that sort, light and dark, on paper and on a
 * phone. What failed stands first.
 */
public final class HtmlReport {
    private final List<ResultsFile> files;
    private final List<LocatedRow> rows = new ArrayList<>();

    private HtmlReport(List<ResultsFile> files) {
        this.files = files;
        for (ResultsFile file : files) {
            for (ResultsFile.Row row : file.rows()) {
                rows.add(new LocatedRow(where(file, row), device(file, row), row));
            }
        }
    }

    /**
     * The page for some results files.
     *
     * @param paths files that {@code bench --json} wrote, at least one; each is called by its name, or by its folder where that is results
     * @return the page
     * @throws InvalidInputException naming a file that is not one
     */
    public static String of(List<Path> paths) {
        List<ResultsFile> files = new ArrayList<>();
        Set<String> labels = new LinkedHashSet<>();
        for (Path path : paths) {
            String name = name(path);
            String label = name;
            for (int i = 2; !labels.add(label); i++) {
                label = name + " " + i;
            }
            files.add(ResultsFileReader.read(path, label));
        }
        return new HtmlReport(files).page();
    }

    /** The file's own name; its folder's where it is called as the benchmark calls it. */
    private static String name(Path path) {
        String file = path.getFileName().toString().replaceFirst("\\.json$", "");
        Path folder = path.toAbsolutePath().normalize().getParent();
        return file.equals("results") && folder != null && folder.getFileName() != null
                ? folder.getFileName().toString()
                : file;
    }

    private String where(ResultsFile file, ResultsFile.Row row) {
        return files.size() == 1 ? row.where() : file.label() + ": " + row.where();
    }

    private static ResultsFile.Device device(ResultsFile file, ResultsFile.Row row) {
        return file.devices().stream()
                .filter(d -> d.engine().equals(row.engine()) && d.id().equals(row.device()))
                .findFirst()
                .orElse(null);
    }

    private String page() {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("files", files.stream().map(HtmlReport::file).toList());
        FailureList failures = FailureList.of(files, rows);
        page.put("failures", failures.faulty());
        page.put("failed", failures.faulty().size());
        page.put("anyFailed", !failures.faulty().isEmpty()); // to the template 0 is as true as 1
        page.put("refusals", failures.refused());
        page.put("anyRefused", !failures.refused().isEmpty());
        page.put("verified", rows.stream().filter(r -> r.row().timed()).count());
        page.put("curves", curves());
        page.put("rooflines", rooflines());
        List<Map<String, Object>> ratios = ratios();
        page.put("ratios", ratios);
        page.put("anyRatios", !ratios.isEmpty());
        List<Map<String, Object>> splits = TimeSplitTable.of(rows);
        page.put("splits", splits);
        page.put("anySplits", !splits.isEmpty());
        List<Map<String, Object>> compiled = CompileTable.of(rows);
        page.put("compiled", compiled);
        page.put("anyCompiled", !compiled.isEmpty());
        List<Map<String, Object>> transfers = TransferTable.lines(files);
        page.put("transfers", transfers);
        page.put("anyTransfers", !transfers.isEmpty());
        Chart chart = TransferTable.chart(files);
        page.put(
                "transferChart",
                chart == null ? List.of() : List.of(figure(chart, "medians of the engine's own times")));
        page.put("several", files.size() > 1);
        speedUps(page);
        page.put("rows", rows.stream().map(HtmlReport::cells).toList());
        try (InputStream template = HtmlReport.class.getResourceAsStream("report.html")) {
            String text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
            return Mustache.compiler().nullValue("").compile(text).execute(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> file(ResultsFile file) {
        List<Map<String, String>> machine = new ArrayList<>();
        file.machine()
                .forEach((key, value) -> machine.add(
                        Map.of("key", key.replaceFirst("_bytes$", "").replace('_', ' '), "value", plain(value))));
        List<Map<String, Object>> devices = new ArrayList<>();
        for (ResultsFile.Device d : file.devices()) {
            Map<String, Object> cells = new LinkedHashMap<>();
            cells.put("engine", d.engine());
            cells.put("id", d.id());
            cells.put("name", d.name());
            cells.put("backend", d.backend());
            cells.put("status", d.status());
            cells.put("reason", d.reason());
            cells.put("sgemm", AmountText.value(d.sgemmGflops()));
            cells.put("copy", AmountText.value(d.copyGbytes()));
            devices.add(cells);
        }
        return Map.of(
                "label",
                file.label(),
                "time",
                file.time(),
                "version",
                file.version(),
                "machine",
                machine,
                "devices",
                devices);
    }

    /** Long whole numbers are bytes: shown in binary thousands. */
    private static String plain(String value) {
        return value.matches("[0-9]{7,18}")
                ? Quantity.binary(Double.parseDouble(value)).replaceFirst("([A-Z])$", " $1iB")
                : value;
    }

    private List<Map<String, Object>> curves() {
        List<Map<String, Object>> figures = new ArrayList<>();
        for (ReportCurve curve : ReportCurve.values()) {
            Chart chart = curve.chart(rows);
            if (chart != null) {
                figures.add(figure(chart, curve.note()));
            }
        }
        return figures;
    }

    private List<Map<String, Object>> rooflines() {
        Map<String, List<LocatedRow>> byDevice = new LinkedHashMap<>();
        rows.forEach(
                r -> byDevice.computeIfAbsent(r.where(), w -> new ArrayList<>()).add(r));
        List<Map<String, Object>> figures = new ArrayList<>();
        byDevice.forEach((where, placed) -> {
            Chart chart = Roofline.of(where, placed);
            if (chart != null) {
                figures.add(figure(chart, "dashed: " + chart.limits().getFirst().name()));
            }
        });
        return figures;
    }

    private static Map<String, Object> figure(Chart chart, String note) {
        List<Map<String, Object>> legend = new ArrayList<>();
        chart.series().forEach(s -> legend.add(Map.of("name", s.name(), "colour", s.colour())));
        return Map.of("title", chart.title(), "note", note, "svg", SvgChart.of(chart), "legend", legend);
    }

    private List<Map<String, Object>> ratios() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (ResultsFile file : files) {
            for (ResultsFile.Ratio r : file.ratios()) {
                all.add(Map.of(
                        "file",
                        file.label(),
                        "name",
                        r.name().replace('_', ' '),
                        "value",
                        AmountText.value(r.value()),
                        "subject",
                        AmountText.value(r.subject()) + " " + r.unit(),
                        "baseline",
                        AmountText.value(r.baseline()) + " " + r.unit(),
                        "meaning",
                        r.meaning()));
            }
        }
        return all;
    }

    /** One line per configuration that ran in more than one place: every place's time, and how often it goes into the slowest. */
    private void speedUps(Map<String, Object> page) {
        List<String> places = rows.stream().map(LocatedRow::where).distinct().toList();
        Map<String, Map<String, ResultsFile.Row>> byName = new LinkedHashMap<>();
        for (LocatedRow placed : rows) {
            if (placed.row().timed()) {
                byName.computeIfAbsent(key(placed.row()), n -> new LinkedHashMap<>())
                        .put(placed.where(), placed.row());
            }
        }
        List<Map<String, Object>> lines = new ArrayList<>();
        byName.forEach((name, found) -> {
            if (found.size() < 2) {
                return;
            }
            double slowest = found.values().stream()
                    .mapToDouble(ResultsFile.Row::medianMs)
                    .max()
                    .orElseThrow();
            List<Map<String, String>> times = new ArrayList<>();
            for (String place : places) {
                ResultsFile.Row row = found.get(place);
                times.add(
                        row == null
                                ? Map.of("time", "", "times", "")
                                : Map.of(
                                        "time",
                                        AmountText.time(row.medianMs()),
                                        "times",
                                        String.format(Locale.ROOT, "%.1f×", slowest / row.medianMs())));
            }
            lines.add(Map.of("name", name, "times", times));
        });
        page.put("places", places);
        page.put("compared", !lines.isEmpty());
        page.put("speedUps", lines);
    }

    private static String key(ResultsFile.Row r) {
        return r.name() + " · " + r.variant() + " " + r.form() + " · " + AmountText.shape(r);
    }

    private static Map<String, Object> cells(LocatedRow placed) {
        ResultsFile.Row r = placed.row();
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("where", placed.where());
        cells.put("name", r.name());
        cells.put("variant", r.variant());
        cells.put("form", r.form());
        cells.put("direction", r.direction());
        cells.put("shape", AmountText.shape(r));
        cells.put("status", r.status());
        cells.put("problem", r.problem());
        cells.put("error", Double.isNaN(r.error()) ? "" : String.format(Locale.ROOT, "%.1e", r.error()));
        cells.put("timed", r.timed());
        cells.put("ms", r.timed() ? r.medianMs() : "");
        cells.put("median", AmountText.time(r.medianMs()));
        cells.put("spread", r.timed() ? AmountText.time(r.p10Ms()) + " – " + AmountText.time(r.p90Ms()) : "");
        cells.put("kernel", AmountText.time(r.parts().kernelMs()));
        cells.put("tokens", r.timed() && r.tokens() > 0 ? AmountText.value(r.tokensPerSecond()) : "");
        cells.put("rawTokens", r.timed() ? r.tokensPerSecond() : "");
        cells.put("gflops", r.timed() && r.flops() > 0 ? AmountText.value(r.gflops()) : "");
        cells.put("rawGflops", r.timed() ? r.gflops() : "");
        cells.put("gbytes", r.timed() && r.bytes() > 0 ? AmountText.value(r.gbytes()) : "");
        cells.put("rawGbytes", r.timed() ? r.gbytes() : "");
        cells.put("repeats", r.repeats());
        return cells;
    }
}
