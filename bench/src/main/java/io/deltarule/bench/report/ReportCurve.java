package io.deltarule.bench.report;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The curves that a report draws, each over the rows of one suite. */
enum ReportCurve {
    LENGTH(
            "length",
            "Prefill against length",
            "flat is linear cost: twice the tokens, twice the time",
            "tokens per sequence, T",
            r -> r.length("T"),
            "tokens per second",
            ResultsFile.Row::tokensPerSecond),
    HEADS(
            "heads",
            "Prefill against heads",
            "how many heads it takes to fill the device",
            "value heads, HV",
            r -> r.length("HV"),
            "GFLOP/s",
            ResultsFile.Row::gflops),
    HEAD_SIZE(
            "head_size",
            "Prefill against head size",
            "K = V",
            "key channels, K",
            r -> r.length("K"),
            "GFLOP/s",
            ResultsFile.Row::gflops),
    READS(
            "deltalens",
            "Prefill with a selective read against the size of its state",
            "K = V, as many heads fewer as each is wider",
            "key channels, K",
            r -> r.length("K"),
            "GFLOP/s",
            ResultsFile.Row::gflops),
    BACKWARD(
            "backward",
            "Backward against length",
            "gradients of every input; flat is linear cost",
            "tokens per sequence, T",
            r -> r.length("T"),
            "tokens per second",
            ResultsFile.Row::tokensPerSecond),
    FORMS(
            "forms",
            "Chunks against token by token",
            "the same operation in both forms",
            "tokens per sequence, T",
            r -> r.length("T"),
            "milliseconds",
            ResultsFile.Row::medianMs),
    CONTEXT(
            "decode_context",
            "Decoding after a context",
            "flat: the state has one size, whatever it has read",
            "tokens before",
            ResultsFile.Row::context,
            "microseconds per token",
            r -> r.medianMs() * 1e3),
    BATCH(
            "decode_batch",
            "Decoding in batches",
            "sequences that decode together",
            "sequences, B",
            r -> r.length("B"),
            "tokens per second",
            ResultsFile.Row::tokensPerSecond),
    BATCH_LATENCY(
            "decode_batch",
            "Latency of a decoding step",
            "one token for every sequence of a batch",
            "sequences, B",
            r -> r.length("B"),
            "microseconds per step",
            r -> r.medianMs() * 1e3);

    private final String suite;
    private final String title;
    private final String note;
    private final String xName;
    private final ToDoubleFunction<ResultsFile.Row> x;
    private final String yName;
    private final ToDoubleFunction<ResultsFile.Row> y;

    ReportCurve(
            String suite,
            String title,
            String note,
            String xName,
            ToDoubleFunction<ResultsFile.Row> x,
            String yName,
            ToDoubleFunction<ResultsFile.Row> y) {
        this.suite = suite;
        this.title = title;
        this.note = note;
        this.xName = xName;
        this.x = x;
        this.yName = yName;
        this.y = y;
    }

    String note() {
        return note;
    }

    /** Draws the curve over the rows that were timed; null where they have fewer than two values of x. */
    Chart chart(List<LocatedRow> rows) {
        Map<String, List<Chart.Point>> points = new LinkedHashMap<>();
        for (LocatedRow row : rows) {
            ResultsFile.Row r = row.row();
            if (r.suite().equals(suite) && r.timed() && x.applyAsDouble(r) > 0) {
                points.computeIfAbsent(name(row), n -> new ArrayList<>()).add(point(r));
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
        List<Chart.Series> series = new ArrayList<>();
        points.forEach((name, list) -> {
            list.sort(Comparator.comparingDouble(Chart.Point::x));
            series.add(new Chart.Series(name, series.size() % Chart.COLOURS, Chart.Mark.LINE, list));
        });
        return new Chart(title, Axis.logarithmic(xName), Axis.logarithmic(yName), series, List.of());
    }

    /** A series' name. It has the sizes that do not vary along the curve, because another machine's results may have others. */
    private String name(LocatedRow row) {
        ResultsFile.Row r = row.row();
        String sizes = switch (this) {
            case HEADS -> ", K " + r.length("K");
            case HEAD_SIZE, READS -> ", T " + r.length("T");
            default -> ", " + r.length("HV") + " heads of " + r.length("K");
        };
        return row.where() + ", " + r.variant() + sizes + (this == FORMS ? ", " + r.form() : "");
    }

    private Chart.Point point(ResultsFile.Row r) {
        double median = y.applyAsDouble(r);
        boolean time = this == FORMS || this == CONTEXT || this == BATCH_LATENCY;
        double fast = time ? median * r.p10Ms() / r.medianMs() : median * r.medianMs() / r.p90Ms();
        double slow = time ? median * r.p90Ms() / r.medianMs() : median * r.medianMs() / r.p10Ms();
        return new Chart.Point(
                x.applyAsDouble(r), median, fast, slow, r.name() + ": " + Quantity.decimal(median) + " " + yName);
    }
}
