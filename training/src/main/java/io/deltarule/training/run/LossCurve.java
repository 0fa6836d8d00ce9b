package io.deltarule.training.run;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Figure;
import io.deltarule.chart.SvgFigure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The losses of a run over its steps: in training, each point a mean over some steps, and on what is held out. */
final class LossCurve {
    private static final int MOST_POINTS = 240;
    private static final double MANY_TIMES = 8;
    private static final Chart.Look TRAINING = new Chart.Look(0, Chart.Line.SOLID, Chart.Dot.NONE);
    private static final Chart.Look HELD_OUT = new Chart.Look(1, Chart.Line.DASHED, Chart.Dot.FILLED);

    private LossCurve() {}

    /** An SVG document; there is at least one step. */
    static String of(String title, List<RunLog.Point> steps, List<RunLog.Point> evaluations) {
        List<RunLog.Point> means = means(steps);
        List<Double> all = Stream.concat(means.stream(), evaluations.stream())
                .map(RunLog.Point::loss)
                .toList();
        double least = all.stream().mapToDouble(x -> x).min().orElseThrow();
        double most = all.stream().mapToDouble(x -> x).max().orElseThrow();
        String name = "loss, nats per label";
        Axis y = least > 0 && most > MANY_TIMES * least ? Axis.logarithmic(name) : Axis.linear(name);
        List<Chart.Series> series = new ArrayList<>();
        series.add(series("training", TRAINING, means));
        List<Figure.Entry> legend = new ArrayList<>(List.of(new Figure.Entry("training", TRAINING)));
        if (!evaluations.isEmpty()) {
            series.add(series("held out", HELD_OUT, evaluations));
            legend.add(new Figure.Entry("held out", HELD_OUT));
        }
        Chart chart = new Chart(title, Axis.linear("step"), y, series, List.of());
        return SvgFigure.of(new Figure(title, legend, List.of(new Figure.Panel(title, "", chart))));
    }

    private static Chart.Series series(String name, Chart.Look look, List<RunLog.Point> points) {
        return new Chart.Series(
                name,
                look,
                points.stream()
                        .map(p -> Chart.Point.of(
                                (double) p.step(),
                                p.loss(),
                                String.format(Locale.ROOT, "%s, step %d: %.4f", name, p.step(), p.loss())))
                        .toList());
    }

    private static List<RunLog.Point> means(List<RunLog.Point> steps) {
        int group = Math.ceilDiv(steps.size(), MOST_POINTS);
        List<RunLog.Point> means = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += group) {
            List<RunLog.Point> some = steps.subList(from, Math.min(steps.size(), from + group));
            double mean =
                    some.stream().mapToDouble(RunLog.Point::loss).average().orElseThrow();
            means.add(new RunLog.Point(some.getLast().step(), mean));
        }
        return means;
    }
}
