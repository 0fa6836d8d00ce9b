package io.deltarule.experiments.retrieval;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.core.DeltaShape;
import io.deltarule.experiments.Claim;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPanel.Measure;
import io.deltarule.experiments.ResultPoint;
import io.deltarule.experiments.ResultPoint.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the linear and the selective read retrieve, as docs/math/deltalens.md describes it.
 *
 * @param sizes what all its settings share; of the conditions' seeds each takes the place of theirs
 */
public record Retrieval(RetrievalSizes sizes) implements Experiment {
    private static final int SELECTIVE = 0;
    private static final int LINEAR = 1;
    private static final int MIX = 2;
    private static final int ACCUMULATED = 3;

    @Override
    public String name() {
        return "retrieval";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "A selective read of the state's rows finds by content what a linear read blurs",
                "DeltaLens, a checkpoint and a description of it",
                "no figure was published; docs/math/deltalens.md says what is inferred",
                List.of());
    }

    @Override
    public int seeds() {
        return 1;
    }

    @Override
    public boolean trained() {
        return false;
    }

    /** The lengths of its largest run. */
    public DeltaShape largest() {
        return RetrievalExperiment.largest(sizes);
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        List<List<FigurePanel>> seeds = conditions.everySeed().stream()
                .map(seed ->
                        new RetrievalExperiment(sizes.withSeed(seed), conditions.engine(), conditions.progress()).run())
                .toList();
        List<ResultPanel> panels = new ArrayList<>();
        for (int p = 0; p < seeds.getFirst().size(); p++) {
            int panel = p;
            panels.add(panel(seeds.stream().map(all -> all.get(panel)).toList()));
        }
        return new ExperimentResult(
                String.format(
                        Locale.ROOT,
                        "K %d, V %d (tag %d, payload %d), %d trials per seed, sharpness %s",
                        sizes.K(),
                        sizes.V(),
                        sizes.half(),
                        sizes.half(),
                        sizes.trials(),
                        Double.toString(sizes.sharpness()).replaceAll("\\.0$", "")),
                List.of(
                        "Each read at its best write strength; chance is 1 / N.",
                        "What a model would have to learn is given by construction."),
                panels);
    }

    private static ResultPanel panel(List<FigurePanel> seeds) {
        FigurePanel first = seeds.getFirst();
        List<ResultCurve> curves = new ArrayList<>();
        for (int c = 0; c < first.curves().size(); c++) {
            int curve = c;
            curves.add(curve(seeds.stream().map(p -> p.curves().get(curve)).toList()));
        }
        curves.add(ResultCurve.chance(
                "chance, 1 / N",
                first.curves().getFirst().points().stream()
                        .map(point -> ResultPoint.fixed(point.x(), 1.0 / point.stored()))
                        .toList()));
        String label = first.axis().label();
        return new ResultPanel(
                first.name(),
                first.title(),
                first.detail(),
                new Measure(
                        first.axis().name().toLowerCase(Locale.ROOT),
                        first.axis() == FigurePanel.Axis.NOISE ? Axis.linear(label) : Axis.octaves(label)),
                new Measure("accuracy", Axis.linear("share of payloads retrieved", 0, 1)),
                curves);
    }

    private static ResultCurve curve(List<ReadCurve> seeds) {
        ReadCurve first = seeds.getFirst();
        List<ResultPoint> points = new ArrayList<>();
        for (int i = 0; i < first.points().size(); i++) {
            int place = i;
            List<ReadCurve.Point> all =
                    seeds.stream().map(curve -> curve.points().get(place)).toList();
            List<Sample> samples = all.stream().map(Retrieval::sample).toList();
            double accuracy = all.getFirst().score().accuracy();
            double deviation = samples.size() > 1
                    ? Double.NaN // then the figure shows the seeds
                    : all.getFirst().score().deviation();
            points.add(new ResultPoint(all.getFirst().x(), samples, accuracy - deviation, accuracy + deviation));
        }
        return new ResultCurve(first.name(), ResultCurve.Kind.MEASURED, look(first), points);
    }

    private static Sample sample(ReadCurve.Point point) {
        ReadScore score = point.score();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("stored", point.stored());
        details.put("deviation", score.deviation());
        details.put("cosine", score.cosine());
        details.put("keys", score.keys().name().toLowerCase(Locale.ROOT));
        details.put("strength", score.strength());
        details.put("gate", score.gate());
        return new Sample(score.accuracy(), details);
    }

    private static Chart.Look look(ReadCurve curve) {
        int colour = switch (curve.read()) {
            case LINEAR -> LINEAR;
            case ACCUMULATED -> ACCUMULATED;
            case SELECTIVE -> SELECTIVE;
            case MIX -> MIX;
        };
        return new Chart.Look(colour, curve.matched() ? Chart.Line.SOLID : Chart.Line.DASHED, Chart.Dot.FILLED);
    }
}
