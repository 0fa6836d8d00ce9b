package io.deltarule.cli.experiment;

import io.deltarule.cli.output.TextTable;
import io.deltarule.core.DeltaEngine;
import io.deltarule.experiments.Claim;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPoint;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** An experiment for people: what was published, what came out here, and every seed of it. */
final class ExperimentText {
    private ExperimentText() {}

    static void print(
            Experiment experiment, Conditions conditions, ExperimentResult result, double seconds, PrintWriter out) {
        Claim claim = experiment.claim();
        out.println(experiment.name() + ": " + claim.statement() + " (" + Experiment.SCALE + ")");
        out.println("published  " + claim.paper() + ": " + claim.setUp());
        claim.numbers()
                .forEach(number -> out.println("           " + number.what() + ": " + number.value() + " ("
                        + number.basis().says() + ")"));
        out.println(String.format(
                Locale.ROOT,
                "ours       %s; engine%s %s, %s, %.1f s",
                result.setUp(),
                conditions.engines().size() > 1 ? "s" : "",
                conditions.engines().stream().map(DeltaEngine::name).collect(Collectors.joining(", ")),
                seeds(conditions.everySeed()),
                seconds));
        result.remarks().forEach(remark -> out.println("           " + remark));
        for (ResultPanel panel : result.panels()) {
            out.println();
            out.println(panel.title() + (panel.detail().isEmpty() ? "" : ": " + panel.detail()) + "; "
                    + panel.y().axis().name());
            print(panel, experiment.trained(), conditions.everySeed(), out);
        }
        if (conditions.seeds() > 1) {
            out.println();
            out.println("mean over seeds [least, most of any seed]");
        }
    }

    private static String seeds(List<Long> seeds) {
        return seeds.size() == 1 ? "seed " + seeds.getFirst() : "seeds " + seeds.getFirst() + " to " + seeds.getLast();
    }

    private static void print(ResultPanel panel, boolean rowPerSeed, List<Long> seeds, PrintWriter out) {
        List<Double> places = new ArrayList<>(new TreeSet<>(panel.curves().stream()
                .flatMap(curve -> curve.points().stream())
                .map(ResultPoint::x)
                .toList()));
        List<String> titles = new ArrayList<>(List.of(panel.x().axis().name()));
        places.forEach(x -> titles.add(number(x)));
        TextTable table = new TextTable(titles.toArray(String[]::new));
        for (ResultCurve curve : panel.curves()) {
            boolean measured = curve.kind() == ResultCurve.Kind.MEASURED;
            row(table, curve.name(), curve, places, measured ? ExperimentText::spread : p -> number(p.mean()));
            for (int s = 0; rowPerSeed && measured && seeds.size() > 1 && s < seeds.size(); s++) {
                int seed = s;
                row(
                        table,
                        "  seed " + seeds.get(s),
                        curve,
                        places,
                        point -> number(point.samples().get(seed).value()));
            }
        }
        table.print(out);
    }

    private static void row(
            TextTable table, String name, ResultCurve curve, List<Double> places, Function<ResultPoint, String> cell) {
        List<String> cells = new ArrayList<>(List.of(name));
        for (double x : places) {
            cells.add(curve.points().stream()
                    .filter(point -> point.x() == x)
                    .findFirst()
                    .map(cell)
                    .orElse(""));
        }
        table.row(cells.toArray(String[]::new));
    }

    private static String spread(ResultPoint point) {
        if (point.samples().size() > 1) {
            return number(point.mean()) + " [" + number(point.least()) + ", " + number(point.most()) + "]";
        }
        return Double.isNaN(point.low())
                ? number(point.mean())
                : number(point.mean()) + " ±" + number((point.high() - point.low()) / 2);
    }

    /** Three decimals or digits, and whole numbers as they are. */
    private static String number(double x) {
        double size = Math.abs(x);
        if (Math.abs(x - Math.rint(x)) < 1e-9 && size < 1e9) {
            return Long.toString(Math.round(x));
        }
        String form = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.001 ? "%.3f" : "%.1e";
        return String.format(Locale.ROOT, form, x);
    }
}
