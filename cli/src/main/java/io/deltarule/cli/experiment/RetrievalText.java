package io.deltarule.cli.experiment;

import io.deltarule.cli.output.TextTable;
import io.deltarule.experiments.retrieval.FigurePanel;
import io.deltarule.experiments.retrieval.ReadCurve;
import io.deltarule.experiments.retrieval.RetrievalSizes;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** The retrieval experiment for people. */
final class RetrievalText {
    private RetrievalText() {}

    static void print(RetrievalSizes sizes, List<FigurePanel> panels, PrintWriter out) {
        out.println(String.format(
                Locale.ROOT,
                "K %d, V %d (tag %d, payload %d), %d trials, seed %d, sharpness %s",
                sizes.K(),
                sizes.V(),
                sizes.half(),
                sizes.half(),
                sizes.trials(),
                sizes.seed(),
                number(sizes.sharpness())));
        for (FigurePanel panel : panels) {
            out.println();
            out.println(panel.title() + ": " + panel.detail());
            print(panel, out);
        }
        out.println();
        out.println(
                "share of payloads retrieved ± standard deviation over trials, each read at its best write strength;"
                        + " chance is 1 / N");
    }

    private static void print(FigurePanel panel, PrintWriter out) {
        String[] titles = row(panel.axis().label(), panel.curves().getFirst(), point -> number(point.x()));
        TextTable table = new TextTable(titles);
        for (ReadCurve curve : panel.curves()) {
            table.row(row(
                    curve.name(),
                    curve,
                    point -> String.format(
                            Locale.ROOT,
                            "%.2f ±%.2f",
                            point.score().accuracy(),
                            point.score().deviation())));
            table.row(row(
                    "  cosine to the right payload",
                    curve,
                    point -> String.format(Locale.ROOT, "%.2f", point.score().cosine())));
        }
        table.row(row(
                "chance",
                panel.curves().getFirst(),
                point -> String.format(Locale.ROOT, "%.3f", 1.0 / point.stored())));
        table.print(out);
    }

    private static String[] row(String title, ReadCurve curve, Function<ReadCurve.Point, String> cell) {
        return Stream.concat(Stream.of(title), curve.points().stream().map(cell))
                .toArray(String[]::new);
    }

    private static String number(double x) {
        return x == Math.rint(x) ? Long.toString((long) x) : Double.toString(x);
    }
}
