package io.deltarule.bench.report;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The curves that a report draws, each over the rows of one suite. */
enum ReportCurve {
    CONTEXT(
            "decode_context",
            "Decoding after a context",
            "flat: the state has one size, whatever it has read",
            "tokens before",
            ResultsFile.Row::context,
            CurveMetric.MICROSECONDS),
    LENGTH(
            "length",
            "Prefill against length",
            "flat is linear cost: twice the tokens, twice the time",
            "tokens per sequence, T",
            r -> r.length("T"),
            CurveMetric.TOKENS),
    HEADS(
            "heads",
            "Prefill against heads",
            "how many heads it takes to fill the device",
            "value heads, HV",
            r -> r.length("HV"),
            CurveMetric.OPERATIONS),
    HEAD_SIZE(
            "head_size",
            "Prefill against head size",
            "K = V",
            "key channels, K",
            r -> r.length("K"),
            CurveMetric.OPERATIONS),
    READS(
            "deltalens",
            "Prefill with a selective read against the size of its state",
            "K = V, as many heads fewer as each is wider",
            "key channels, K",
            r -> r.length("K"),
            CurveMetric.OPERATIONS),
    BACKWARD(
            "backward",
            "Backward against length",
            "gradients of every input; flat is linear cost",
            "tokens per sequence, T",
            r -> r.length("T"),
            CurveMetric.TOKENS),
    FORMS(
            "forms",
            "Chunks against token by token",
            "the same operation in both forms",
            "tokens per sequence, T",
            r -> r.length("T"),
            CurveMetric.MILLISECONDS),
    BATCH(
            "decode_batch",
            "Decoding in batches",
            "sequences that decode together",
            "sequences, B",
            r -> r.length("B"),
            CurveMetric.TOKENS),
    BATCH_LATENCY(
            "decode_batch",
            "Latency of a decoding step",
            "one token for every sequence of a batch",
            "sequences, B",
            r -> r.length("B"),
            CurveMetric.MICROSECONDS);

    private static final int GREY = Chart.COLOURS - 1;
    private static final Chart.Line[] LINES = {Chart.Line.SOLID, Chart.Line.DASHED, Chart.Line.DOTTED};

    private final String suite;
    private final String title;
    private final String note;
    private final String xName;
    private final ToDoubleFunction<ResultsFile.Row> x;
    private final CurveMetric y;

    ReportCurve(
            String suite, String title, String note, String xName, ToDoubleFunction<ResultsFile.Row> x, CurveMetric y) {
        this.suite = suite;
        this.title = title;
        this.note = note;
        this.xName = xName;
        this.x = x;
        this.y = y;
    }

    /** What one line shows: a device's rows of one kind, by the clock or of kernels alone. */
    private record Trace(Place place, String kind, boolean kernels) {}

    /**
     * Draws the curve over the rows that were timed; null where they have fewer than two values of x. The colour is the
     * device's, the line's pattern the kind of row's, and a ring is the time of kernels alone.
     */
    CurveFigure figure(List<LocatedRow> rows) {
        Map<Trace, List<Chart.Point>> points = new LinkedHashMap<>();
        Set<String> kinds = new LinkedHashSet<>();
        for (LocatedRow row : rows) {
            ResultsFile.Row r = row.row();
            if (r.suite().equals(suite) && r.timed() && x.applyAsDouble(r) > 0) {
                kinds.add(kind(r));
                points.computeIfAbsent(new Trace(row.place(), kind(r), false), n -> new ArrayList<>())
                        .add(byTheClock(r));
                if (r.parts().known() && r.parts().kernelMs() > 0) {
                    points.computeIfAbsent(new Trace(row.place(), kind(r), true), n -> new ArrayList<>())
                            .add(ofKernels(r));
                }
            }
        }
        long places = points.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Chart.Point::x)
                .distinct()
                .count();
        if (places < 2) {
            return null;
        }
        List<String> patterns = List.copyOf(kinds);
        List<Chart.Series> series = new ArrayList<>();
        points.forEach((line, list) -> {
            list.sort(Comparator.comparingDouble(Chart.Point::x));
            Chart.Look look = new Chart.Look(
                    line.place().colour(),
                    LINES[patterns.indexOf(line.kind()) % LINES.length],
                    line.kernels() ? Chart.Dot.HOLLOW : Chart.Dot.FILLED);
            series.add(new Chart.Series(
                    line.place().name() + ": " + line.kind() + (line.kernels() ? ", kernels alone" : ""), look, list));
        });
        Chart chart = new Chart(title, Axis.logarithmic(xName), Axis.logarithmic(y.axis()), series, List.of());
        String said = patterns.size() == 1 ? patterns.getFirst() + "; " + note : note;
        return new CurveFigure(said, chart, legend(points.keySet(), patterns));
    }

    /** Colours, patterns and rings apart: together they would be a line for each of their combinations. */
    private static List<Figure.Entry> legend(Set<Trace> traces, List<String> kinds) {
        List<Figure.Entry> legend = new ArrayList<>();
        traces.stream()
                .map(Trace::place)
                .distinct()
                .forEach(place -> legend.add(new Figure.Entry(
                        place.name(), new Chart.Look(place.colour(), Chart.Line.SOLID, Chart.Dot.FILLED))));
        if (kinds.size() > 1) {
            for (int i = 0; i < kinds.size(); i++) {
                legend.add(
                        new Figure.Entry(kinds.get(i), new Chart.Look(GREY, LINES[i % LINES.length], Chart.Dot.NONE)));
            }
        }
        if (traces.stream().anyMatch(Trace::kernels)) {
            legend.add(new Figure.Entry("kernels alone", new Chart.Look(GREY, Chart.Line.NONE, Chart.Dot.HOLLOW)));
        }
        return legend;
    }

    /** It has the sizes that do not vary along the curve, because another machine's results may have others. */
    private String kind(ResultsFile.Row r) {
        String sizes = switch (this) {
            case HEADS -> ", K " + r.length("K");
            case HEAD_SIZE, READS -> ", T " + r.length("T");
            default -> ", " + r.length("HV") + " heads of " + r.length("K");
        };
        return r.variant()
                + sizes
                + (this == FORMS ? (r.form().equals("chunk") ? ", chunks" : ", token by token") : "");
    }

    private Chart.Point byTheClock(ResultsFile.Row r) {
        double median = y.value(r, r.medianMs());
        return new Chart.Point(
                x.applyAsDouble(r),
                median,
                y.value(r, r.p10Ms()),
                y.value(r, r.p90Ms()),
                r.name() + ": " + y.text(median));
    }

    private Chart.Point ofKernels(ResultsFile.Row r) {
        double value = y.value(r, r.parts().kernelMs());
        return Chart.Point.of(x.applyAsDouble(r), value, r.name() + ", kernels alone: " + y.text(value));
    }
}
