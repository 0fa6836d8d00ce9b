package io.deltarule.bench.report;

import com.samskivert.mustache.Mustache;
import io.deltarule.chart.Chart;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Results files as one HTML page that needs nothing else: charts, tables that sort, light and dark, on paper and on a
 * phone. What failed stands first.
 */
public final class HtmlReport {
    private final List<ResultsFile> files;
    private final Places places;
    private final List<LocatedRow> rows;

    private HtmlReport(ResultsSet results) {
        files = results.files();
        places = results.places();
        rows = results.rows();
    }

    /**
     * The page for some results files.
     *
     * @param paths files that {@code bench --json} wrote, at least one; each is called by its name, or by its folder where that is results
     * @return the page
     * @throws InvalidInputException naming a file that is not one
     */
    public static String of(List<Path> paths) {
        return new HtmlReport(ResultsSet.read(paths)).page();
    }

    private String page() {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(
                "runs",
                files.stream().map(file -> RunDescription.of(file, places)).toList());
        FailureList failures = FailureList.of(files, places, rows);
        put(page, "failures", failures.faulty());
        page.put("failed", failures.faulty().size());
        put(page, "refusals", failures.refused());
        page.put("verified", rows.stream().filter(r -> r.row().timed()).count());
        SpeedUpTable speedUps = new SpeedUpTable(places.all(), rows);
        put(page, "tiles", new HeadlineTiles(rows, places.all(), speedUps).tiles());
        put(page, "variants", VariantChart.of(rows));
        put(page, "curves", curves());
        put(page, "rooflines", rooflines());
        put(page, "models", models());
        put(page, "ratios", ratios());
        put(page, "splits", TimeSplitTable.of(rows));
        put(page, "compiled", CompileTable.of(rows));
        put(page, "transfers", TransferTable.lines(files, places));
        Chart copies = TransferTable.chart(files, places);
        put(
                page,
                "transferChart",
                copies == null ? List.of() : List.of(PageFigure.of(copies, "medians of the engine's own times")));
        page.put("several", files.size() > 1);
        page.put("compared", !speedUps.isEmpty());
        if (!speedUps.isEmpty()) {
            page.put("first", places.all().getFirst());
            page.put("others", speedUps.others());
            page.put("places", places.all());
            page.put("means", speedUps.means());
            page.put("speedUps", speedUps.lines());
        }
        page.put("rows", ResultTable.of(rows));
        try (InputStream template = HtmlReport.class.getResourceAsStream("report.html")) {
            String text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
            return Mustache.compiler().nullValue("").compile(text).execute(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A list, and whether it has anything: the heading above it depends on that. */
    private static void put(Map<String, Object> page, String name, List<?> list) {
        page.put(name, list);
        page.put("any" + Character.toUpperCase(name.charAt(0)) + name.substring(1), !list.isEmpty());
    }

    private List<Map<String, Object>> curves() {
        List<Map<String, Object>> figures = new ArrayList<>();
        for (ReportCurve curve : ReportCurve.values()) {
            CurveFigure figure = curve.figure(rows);
            if (figure != null) {
                figures.add(figure.onPage());
            }
        }
        return figures;
    }

    private List<Map<String, Object>> rooflines() {
        List<Map<String, Object>> figures = new ArrayList<>();
        for (Place place : places.all()) {
            Map<String, Object> figure = Roofline.of(
                    place, rows.stream().filter(r -> r.place().equals(place)).toList());
            if (figure != null) {
                figures.add(figure);
            }
        }
        return figures;
    }

    /** A line for every program on a model's file. */
    private List<Map<String, Object>> models() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (ResultsFile file : files) {
            ResultsFile.Model model = file.model();
            if (model == null) {
                continue;
            }
            for (ResultsFile.Program program : model.programs()) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("file", file.label());
                line.put("model", model.file() + ", " + AmountText.bytes(model.bytes()));
                line.put("program", program.name() + " " + program.version());
                line.put(
                        "what",
                        "a prompt of " + model.prompt() + " tokens, " + model.fresh() + " new ones, " + model.threads()
                                + " threads");
                speed(line, "prefill", program.prefill());
                speed(line, "decode", program.decode());
                line.put("error", AmountText.raw(program.error()));
                lines.add(line);
            }
        }
        return lines;
    }

    private static void speed(Map<String, Object> line, String name, ResultsFile.Speed speed) {
        line.put(name, speed == null ? "wrong" : AmountText.value(speed.tokensPerSecond()));
        line.put(
                name + "Time",
                speed == null ? "" : AmountText.time(speed.p10Ms()) + " – " + AmountText.time(speed.p90Ms()));
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
}
