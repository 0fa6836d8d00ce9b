package io.deltarule.experiments;

import io.deltarule.chart.Chart;
import io.deltarule.chart.Figure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** A result as a figure: a line through the means, and a fine one through what each seed found. */
public final class ResultFigure {
    private static final int GREY = ResultCurve.GREY;

    private ResultFigure() {}

    /**
     * The figure.
     *
     * @param claim what it is about
     * @param result what was found
     */
    public static Figure of(Claim claim, ExperimentResult result) {
        Set<Figure.Entry> legend = new LinkedHashSet<>();
        List<Figure.Panel> panels = new ArrayList<>();
        for (ResultPanel panel : result.panels()) {
            panel.curves().forEach(curve -> legend.add(entry(curve)));
            char letter = (char) ('a' + panels.size());
            panels.add(new Figure.Panel(letter + "   " + panel.title(), panel.detail(), chart(panel)));
        }
        if (result.panels().stream()
                .flatMap(panel -> panel.curves().stream())
                .flatMap(curve -> curve.points().stream())
                .anyMatch(point -> point.samples().size() > 1)) {
            legend.add(new Figure.Entry("one seed each", new Chart.Look(GREY, Chart.Line.DOTTED, Chart.Dot.NONE)));
        }
        return new Figure(claim.statement() + " (" + Experiment.SCALE + ")", List.copyOf(legend), panels);
    }

    /** One entry for all laws: their colours say what they are of. */
    private static Figure.Entry entry(ResultCurve curve) {
        return curve.kind() == ResultCurve.Kind.LAW
                ? new Figure.Entry("law, each in its colour", new Chart.Look(GREY, Chart.Line.DASHED, Chart.Dot.NONE))
                : new Figure.Entry(curve.name(), curve.look());
    }

    private static Chart chart(ResultPanel panel) {
        List<Chart.Series> series = new ArrayList<>();
        for (ResultCurve curve : panel.curves()) {
            int seeds = curve.points().stream()
                    .mapToInt(point -> point.samples().size())
                    .max()
                    .orElse(0);
            for (int s = 0; seeds > 1 && s < seeds; s++) {
                int seed = s;
                series.add(series(
                        curve,
                        new Chart.Look(curve.look().colour(), Chart.Line.DOTTED, Chart.Dot.NONE),
                        point -> point.samples().get(seed).value()));
            }
            series.add(series(curve, curve.look(), ResultPoint::mean));
        }
        return new Chart(panel.title(), panel.x().axis(), panel.y().axis(), series, List.of());
    }

    private static Chart.Series series(ResultCurve curve, Chart.Look look, ToDoubleFunction<ResultPoint> height) {
        return new Chart.Series(
                curve.name(),
                look,
                curve.points().stream()
                        .map(point -> new Chart.Point(
                                point.x(), height.applyAsDouble(point), point.low(), point.high(), says(curve, point)))
                        .toList());
    }

    private static String says(ResultCurve curve, ResultPoint point) {
        String mean = String.format(Locale.ROOT, "%s: %.3g", curve.name(), point.mean());
        return point.samples().size() < 2
                ? mean
                : mean + String.format(Locale.ROOT, " (%.3g to %.3g)", point.least(), point.most());
    }
}
