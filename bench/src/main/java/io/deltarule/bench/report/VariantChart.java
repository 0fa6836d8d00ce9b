package io.deltarule.bench.report;

import io.deltarule.chart.Chart;
import io.deltarule.chart.DotRows;
import io.deltarule.chart.SvgDotRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The variants below each other: a row for each, with a dot for every device and a ring for its kernels alone. */
final class VariantChart {
    private VariantChart() {}

    /** One picture of the forward passes and one of the backward passes, as far as there are such rows. */
    static List<Map<String, Object>> of(List<LocatedRow> rows) {
        List<Map<String, Object>> figures = new ArrayList<>();
        add(figures, "Variants, prefill", "prefill", rows);
        add(figures, "Variants, backward pass", "backward_prefill", rows);
        return figures;
    }

    private static void add(List<Map<String, Object>> figures, String title, String suite, List<LocatedRow> rows) {
        Map<String, List<DotRows.Value>> values = new LinkedHashMap<>();
        Set<Place> places = new LinkedHashSet<>();
        Set<String> shapes = new LinkedHashSet<>();
        boolean kernels = false;
        for (LocatedRow placed : rows) {
            ResultsFile.Row r = placed.row();
            if (!r.suite().equals(suite) || !r.timed() || r.tokens() == 0) {
                continue;
            }
            places.add(placed.place());
            shapes.add("T " + r.length("T") + ", " + r.length("HV") + " heads of " + r.length("K"));
            List<DotRows.Value> dots =
                    values.computeIfAbsent(r.name().substring(r.name().indexOf('/') + 1), name -> new ArrayList<>());
            dots.add(value(placed, r.medianMs(), Chart.Dot.FILLED, ""));
            if (r.parts().known() && r.parts().kernelMs() > 0) {
                kernels = true;
                dots.add(value(placed, r.parts().kernelMs(), Chart.Dot.HOLLOW, ", kernels alone"));
            }
        }
        if (values.isEmpty()) {
            return;
        }
        List<DotRows.Row> lines = new ArrayList<>();
        values.forEach((name, dots) -> lines.add(new DotRows.Row(name.replace('_', ' '), dots)));
        List<Map<String, Object>> legend = new ArrayList<>();
        for (Place place : places) {
            legend.add(
                    PageFigure.entry(place.name(), new Chart.Look(place.colour(), Chart.Line.NONE, Chart.Dot.FILLED)));
        }
        if (kernels) {
            legend.add(PageFigure.entry(
                    "kernels alone", new Chart.Look(Chart.COLOURS - 1, Chart.Line.NONE, Chart.Dot.HOLLOW)));
        }
        figures.add(PageFigure.of(
                title,
                String.join("; ", shapes),
                SvgDotRows.of(new DotRows(title, "tokens per second", lines)),
                legend));
    }

    private static DotRows.Value value(LocatedRow placed, double ms, Chart.Dot dot, String what) {
        double rate = placed.row().tokens() / ms * 1e3;
        return new DotRows.Value(
                rate,
                placed.place().colour(),
                dot,
                placed.place().name() + ", " + placed.configuration() + what + ": " + CurveMetric.TOKENS.text(rate));
    }
}
