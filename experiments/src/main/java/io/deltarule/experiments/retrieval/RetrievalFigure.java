package io.deltarule.experiments.retrieval;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The panels as one figure: accuracy upwards, and one legend for all. */
public final class RetrievalFigure {
    private static final int SELECTIVE = 0;
    private static final int LINEAR = 1;
    private static final int MIX = 2;
    private static final Chart.Look CHANCE = new Chart.Look(7, Chart.Line.DOTTED, Chart.Dot.NONE);

    private static final List<Figure.Entry> LEGEND = List.of(
            new Figure.Entry("linear read (a, b, c: content keys)", look(LINEAR, true)),
            new Figure.Entry("linear read, slot keys", look(LINEAR, false)),
            new Figure.Entry("best constant mix of both (d)", look(MIX, true)),
            new Figure.Entry("selective read (a, b, c: slot keys)", look(SELECTIVE, true)),
            new Figure.Entry("selective read, content keys", look(SELECTIVE, false)),
            new Figure.Entry("chance, 1 / N", CHANCE));

    private RetrievalFigure() {}

    /**
     * The figure.
     *
     * @param panels in reading order
     */
    public static Figure of(List<FigurePanel> panels) {
        List<Figure.Panel> charts = new ArrayList<>();
        for (FigurePanel panel : panels) {
            char letter = (char) ('a' + charts.size());
            charts.add(new Figure.Panel(letter + "   " + panel.title(), panel.detail(), chart(panel)));
        }
        return new Figure("What the linear and the selective read retrieve", LEGEND, charts);
    }

    private static Chart.Look look(int colour, boolean matched) {
        return new Chart.Look(colour, matched ? Chart.Line.SOLID : Chart.Line.DASHED, Chart.Dot.FILLED);
    }

    private static Chart chart(FigurePanel panel) {
        String label = panel.axis().label();
        List<Chart.Series> series = new ArrayList<>();
        panel.curves().forEach(curve -> series.add(series(curve)));
        series.add(chance(panel.curves().getFirst()));
        return new Chart(
                panel.title(),
                panel.axis() == FigurePanel.Axis.NOISE ? Axis.linear(label) : Axis.octaves(label),
                Axis.linear("share of payloads retrieved", 0, 1),
                series,
                List.of());
    }

    private static Chart.Series series(ReadCurve curve) {
        int colour = switch (curve.read()) {
            case LINEAR -> LINEAR;
            case SELECTIVE -> SELECTIVE;
            case MIX -> MIX;
        };
        return new Chart.Series(
                curve.name(),
                look(colour, curve.matched()),
                curve.points().stream().map(point -> point(curve.name(), point)).toList());
    }

    private static Chart.Point point(String name, ReadCurve.Point point) {
        double accuracy = point.score().accuracy();
        double deviation = point.score().deviation();
        return new Chart.Point(
                point.x(),
                accuracy,
                Math.max(0, accuracy - deviation),
                Math.min(1, accuracy + deviation),
                String.format(Locale.ROOT, "%s: %.2f ± %.2f", name, accuracy, deviation));
    }

    private static Chart.Series chance(ReadCurve any) {
        List<Chart.Point> points = any.points().stream()
                .map(point -> Chart.Point.of(point.x(), 1.0 / point.stored(), "chance"))
                .toList();
        return new Chart.Series("chance", CHANCE, points);
    }
}
