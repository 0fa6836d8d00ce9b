package io.deltarule.experiments.state;

import io.deltarule.chart.Axis;
import io.deltarule.core.DeltaEngine;
import io.deltarule.experiments.Claim;
import io.deltarule.experiments.Claim.Basis;
import io.deltarule.experiments.Claim.Published;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPanel.Measure;
import io.deltarule.experiments.ResultPoint;
import io.deltarule.experiments.ResultPoint.Sample;
import io.deltarule.experiments.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * One association, then N writes of noise: how much of it is left, and is it still found?
 *
 * @param d key and value channels
 * @param most largest N, a power of two
 * @param draws independent needles and noises per seed
 * @param candidates among how many values it has to be found
 */
public record Needle(int d, int most, int draws, int candidates) implements Experiment {
    /** Associations that noise repeats over and over, as repeated text does. */
    private static final int REPEATED = 8;

    private static final List<WriteRule> RULES = List.of(
            new WriteRule(false, 0.5, 1),
            new WriteRule(false, 0.5, 0.98),
            new WriteRule(true, 0.5, 1),
            new WriteRule(true, 0.5, 0.98),
            new WriteRule(true, 0.5, 0.998),
            new WriteRule(true, 0.05, 1));

    /** What docs/experiments.md shows. */
    public static final Needle DEFAULT = new Needle(64, 1024, 40, 1000);

    @Override
    public String name() {
        return "needle";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "What a state keeps of one sentence depends on what is written after it: repeated noise costs the delta rule"
                        + " nothing, fresh noise exp(−β N / d), and a fixed decay forgets either way",
                "Yang, Kautz, Hatamizadeh 2024, arXiv:2412.06464, table 2 (S-NIAH of RULER)",
                "1.3B parameters, 100B tokens of FineWeb-Edu, trained on 4K; accuracy in % at 1K / 2K / 4K / 8K",
                List.of(
                        new Published("S-NIAH-1, repeated noise, DeltaNet", "97.4 / 96.8 / 99.0 / 98.8", Basis.QUOTED),
                        new Published("S-NIAH-1, Mamba-2", "99.2 / 98.8 / 65.4 / 30.4", Basis.QUOTED),
                        new Published("S-NIAH-1, Gated DeltaNet", "98.4 / 88.4 / 91.4 / 91.8", Basis.QUOTED),
                        new Published("S-NIAH-2, essays, DeltaNet", "98.4 / 45.6 / 18.6 / 14.4", Basis.QUOTED),
                        new Published("S-NIAH-2, Mamba-2", "99.4 / 98.8 / 56.2 / 17.0", Basis.QUOTED),
                        new Published("S-NIAH-2, Gated DeltaNet", "100 / 99.8 / 92.2 / 29.6", Basis.QUOTED),
                        new Published(
                                "amplitude after N fresh writes, delta rule with decay α",
                                "α^N (1 − β/d)^N ≈ α^N exp(−β N / d)",
                                Basis.DERIVED)));
    }

    @Override
    public int seeds() {
        return 5;
    }

    @Override
    public boolean trained() {
        return false;
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        List<ResultPanel> panels = new ArrayList<>();
        panels.addAll(panels(false, conditions));
        panels.addAll(panels(true, conditions));
        return new ExperimentResult(
                "d " + d + ", a needle of strength 1, then N writes of strength β, " + draws
                        + " draws per seed, found among " + candidates + " values",
                List.of(
                        "The mechanism of the published table, not the table: nothing is trained, and β and α are fixed"
                                + " where a model chooses them by token.",
                        "A sum keeps amplitude 1 under any noise and only adds to what is read; with fresh noise it finds"
                                + " more needles than the delta rule of the same β.",
                        "Linear attention is the library's ssd, which erases nothing."),
                panels);
    }

    private List<ResultPanel> panels(boolean repeated, Conditions conditions) {
        List<ResultCurve> amplitudes = new ArrayList<>();
        List<ResultCurve> found = new ArrayList<>();
        for (int r = 0; r < RULES.size(); r++) {
            WriteRule rule = RULES.get(r);
            conditions.progress().accept("needle, " + rule.words() + (repeated ? ", repeated noise" : ", fresh noise"));
            List<List<Kept>> seeds = conditions.everySeed().stream()
                    .map(seed -> kept(rule, repeated, seed, conditions.engine()))
                    .toList();
            amplitudes.add(ResultCurve.measured(rule.words(), r, points(seeds, Kept::amplitude)));
            found.add(ResultCurve.measured(rule.words(), r, points(seeds, Kept::found)));
        }
        for (int r = 0; r < RULES.size(); r++) {
            WriteRule rule = RULES.get(r);
            amplitudes.add(ResultCurve.law(
                    "law of " + rule.words(), r, over(repeated ? repeatedLaw(rule, d) : freshLaw(rule, d))));
        }
        String noise = repeated ? "repeated" : "fresh";
        String detail = repeated ? REPEATED + " associations, repeated" : "new associations";
        Measure x = new Measure("writes", Axis.octaves("writes of noise N"));
        return List.of(
                new ResultPanel(
                        "amplitude_" + noise,
                        "Amplitude, " + noise + " noise",
                        detail,
                        x,
                        new Measure("amplitude", Axis.linear("amplitude of the needle")),
                        amplitudes),
                new ResultPanel(
                        "found_" + noise,
                        "Found, " + noise + " noise",
                        detail,
                        x,
                        new Measure("share", Axis.linear("share of needles found", 0, 1)),
                        found));
    }

    /** α^N exp(−β N / d), and no loss but the decay's where nothing is erased. */
    static IntToDoubleFunction freshLaw(WriteRule rule, int d) {
        StateLaws laws = new StateLaws(rule.erases() ? rule.strength() : 0, d);
        return N -> Math.pow(rule.decay(), N) * laws.amplitude(N);
    }

    /**
     * α^N (1 − (8/d) (1 − (1 − β)^(N/8))), as if the repeated keys were orthogonal: erasing takes what of the needle's key lies
     * in their span, and no more.
     */
    static IntToDoubleFunction repeatedLaw(WriteRule rule, int d) {
        double inside = rule.erases() ? (double) REPEATED / d : 0;
        return N ->
                Math.pow(rule.decay(), N) * (1 - inside * (1 - Math.pow(1 - rule.strength(), (double) N / REPEATED)));
    }

    private List<ResultPoint> over(IntToDoubleFunction law) {
        List<ResultPoint> points = new ArrayList<>();
        for (int N = 1; N <= most; N *= 2) {
            points.add(ResultPoint.fixed(N, law.applyAsDouble(N)));
        }
        return points;
    }

    /**
     * What is left after some noise.
     *
     * @param amplitude of the needle's value in what its key reads, mean over draws
     * @param found share of draws in which its value is the nearest
     */
    private record Kept(double amplitude, double found) {}

    /** A point per N, a sample per seed. */
    private static List<ResultPoint> points(List<List<Kept>> seeds, ToDoubleFunction<Kept> value) {
        List<ResultPoint> points = new ArrayList<>();
        for (int i = 0; i < seeds.getFirst().size(); i++) {
            int place = i;
            points.add(ResultPoint.of(
                    1 << i,
                    seeds.stream()
                            .map(kept -> Sample.of(value.applyAsDouble(kept.get(place))))
                            .toList()));
        }
        return points;
    }

    /** After 1, 2, 4, … writes. The same seed has the same needles and noises under every rule. */
    private List<Kept> kept(WriteRule rule, boolean repeated, long seed, DeltaEngine engine) {
        SplittableRandom random = new SplittableRandom(seed);
        List<double[]> values = unit(candidates, random);
        List<Episode> episodes = new ArrayList<>();
        for (int e = 0; e < draws; e++) {
            List<double[]> keys = unit(1 + (repeated ? REPEATED : most), random);
            List<double[]> noise = unit(repeated ? REPEATED : most, random);
            Episode episode = new Episode(1 + most);
            episode.write(0, keys.getFirst(), values.get(e % candidates), 1);
            for (int t = 1; t <= most; t++) {
                int i = (t - 1) % noise.size();
                episode.write(t, keys.get(1 + i), noise.get(i), rule.strength());
                episode.ask(t, keys.getFirst());
            }
            episodes.add(episode);
        }
        StateRun run = StateRun.of(engine, rule, episodes, d, d);
        List<Kept> kept = new ArrayList<>();
        for (int N = 1; N <= most; N *= 2) {
            double amplitude = 0;
            double found = 0;
            for (int e = 0; e < draws; e++) {
                double[] read = run.read(e, N);
                amplitude += Vectors.dot(read, values.get(e % candidates));
                found += Candidates.nearest(read, values) == e % candidates ? 1 : 0;
            }
            kept.add(new Kept(amplitude / draws, found / draws));
        }
        return kept;
    }

    private List<double[]> unit(int count, SplittableRandom random) {
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Vectors.unit(Vectors.gaussian(d, random)));
        }
        return rows;
    }
}
