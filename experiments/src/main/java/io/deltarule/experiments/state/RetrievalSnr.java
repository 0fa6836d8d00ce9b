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

/**
 * How noisy a read is: N associations are stored, each key is asked for, and what comes back is c v + r:
 * 1/SNR = E|r|² / (c² |v|²), over all of them with one c, and for each age with its own.
 *
 * @param K key channels
 * @param V value channels
 * @param stored N of the first panel
 * @param draws independent sets of associations per seed
 */
public record RetrievalSnr(int K, int V, List<Integer> stored, int draws) implements Experiment {
    /** What docs/experiments.md shows. */
    public static final RetrievalSnr DEFAULT = new RetrievalSnr(64, 32, List.of(16, 32, 64, 128, 256), 40);

    private static final List<WriteRule> RULES =
            List.of(new WriteRule(true, 1, 1), new WriteRule(true, 0.5, 1), new WriteRule(false, 1, 1));
    private static final int ATTENTION_COLOUR = 3;

    public RetrievalSnr {
        stored = List.copyOf(stored);
    }

    @Override
    public String name() {
        return "snr";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "The noise of a linear read grows as N / d, that of an exponential kernel is exponentially smaller in d;"
                        + " the delta rule's noise depends on an association's age",
                "Zhong et al. 2025, arXiv:2505.19488",
                "a formula: S = Σ v kᵀ with independent keys, 1/SNR = E|r|² / (c² |v|²)",
                List.of(
                        new Published("linear", "1/SNR = N / d", Basis.AUTHORS),
                        new Published(
                                "delta rule, by load and by age",
                                "a recurrence of two numbers, docs/experiments.md",
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
        return new ExperimentResult(
                "d " + K + ", values of " + V + " channels, keys and values of length 1, " + draws + " draws per seed",
                List.of(
                        "The delta rule's mean over all associations is better than the sum's only below N = d: beyond,"
                                + " it keeps the recent ones clean and lets the old ones go.",
                        "Linear attention is the library's ssd, which erases nothing; the exponential kernel exp(√d k·k') is"
                                + " computed in float64 by the experiment itself.",
                        "Exactly, the sum's 1/SNR is (N − 1) / d: an association does not disturb itself."),
                List.of(byLoad(conditions), byAge(conditions)));
    }

    private ResultPanel byLoad(Conditions conditions) {
        List<ResultCurve> curves = new ArrayList<>();
        for (int r = 0; r < RULES.size(); r++) {
            WriteRule rule = RULES.get(r);
            curves.add(ResultCurve.measured(
                    rule.words(),
                    r,
                    measured(
                            conditions,
                            rule.words(),
                            (N, seed) -> Reads.overall(reads(rule, N, seed, conditions.engine())))));
        }
        curves.add(ResultCurve.measured(
                "exponential kernel",
                ATTENTION_COLOUR,
                measured(
                        conditions,
                        "exponential kernel",
                        (N, seed) -> exponential(N, seed).noise())));
        for (int r = 0; r < RULES.size(); r++) {
            WriteRule rule = RULES.get(r);
            curves.add(law(
                    rule.words(),
                    r,
                    N -> rule.erases() ? new StateLaws(rule.strength(), K).meanNoise(N) : StateLaws.linearNoise(N, K)));
        }
        curves.add(law("exponential kernel", ATTENTION_COLOUR, N -> StateLaws.exponentialNoise(N, K)));
        return new ResultPanel(
                "load",
                "By load",
                "all associations, one c",
                new Measure("load", Axis.octaves("associations per key channel, N / d")),
                new Measure("noise", Axis.logarithmic("1 / SNR")),
                curves);
    }

    private interface OneSeed {
        double noise(int N, long seed);
    }

    private List<ResultPoint> measured(Conditions conditions, String name, OneSeed one) {
        List<ResultPoint> points = new ArrayList<>();
        for (int N : stored) {
            conditions.progress().accept("snr, " + name + ", N " + N);
            points.add(ResultPoint.of(
                    (double) N / K,
                    conditions.everySeed().stream()
                            .map(seed -> Sample.of(one.noise(N, seed)))
                            .toList()));
        }
        return points;
    }

    private ResultCurve law(String of, int colour, IntToDoubleFunction noise) {
        return ResultCurve.law(
                "law of " + of,
                colour,
                stored.stream()
                        .map(N -> ResultPoint.fixed((double) N / K, noise.applyAsDouble(N)))
                        .toList());
    }

    private ResultPanel byAge(Conditions conditions) {
        int N = 2 * K;
        List<ResultCurve> curves = new ArrayList<>();
        List<ResultCurve> laws = new ArrayList<>();
        for (int r = 0; r < RULES.size(); r++) {
            WriteRule rule = RULES.get(r);
            conditions.progress().accept("snr by age, " + rule.words());
            List<List<Reads>> seeds = conditions.everySeed().stream()
                    .map(seed -> reads(rule, N, seed, conditions.engine()))
                    .toList();
            List<ResultPoint> points = new ArrayList<>();
            List<ResultPoint> law = new ArrayList<>();
            for (int age : ages(N)) {
                points.add(ResultPoint.of(
                        age,
                        seeds.stream()
                                .map(reads -> Sample.of(reads.get(N - 1 - age).noise()))
                                .toList()));
                law.add(ResultPoint.fixed(
                        age,
                        rule.erases()
                                ? new StateLaws(rule.strength(), K)
                                        .read(N - 1 - age, age)
                                        .noise()
                                : StateLaws.linearNoise(N, K)));
            }
            curves.add(ResultCurve.measured(rule.words(), r, points));
            laws.add(ResultCurve.law("law of " + rule.words(), r, law));
        }
        curves.addAll(laws);
        return new ResultPanel(
                "age",
                "By age",
                "N = 2 d",
                new Measure("age", Axis.logarithmic("associations stored after it")),
                new Measure("noise", Axis.logarithmic("1 / SNR")),
                curves);
    }

    /** 1, 2, 4, … and the oldest. */
    private static List<Integer> ages(int N) {
        List<Integer> ages = new ArrayList<>();
        for (int age = 1; age < N - 1; age *= 2) {
            ages.add(age);
        }
        ages.add(N - 1);
        return ages;
    }

    /** What the keys of one age read in all draws. */
    private static final class Reads {
        private int count;
        private double part;
        private double square;

        /** Adds what was read where a value of length 1 was stored. */
        void add(double[] read, double[] value) {
            count++;
            part += Vectors.dot(read, value);
            square += Vectors.dot(read, read);
        }

        double noise() {
            return new StateLaws.Read(part / count, square / count).noise();
        }

        static double overall(List<Reads> reads) {
            Reads all = new Reads();
            for (Reads one : reads) {
                all.count += one.count;
                all.part += one.part;
                all.square += one.square;
            }
            return all.noise();
        }
    }

    /** One entry per association, in the order in which they are stored. */
    private List<Reads> reads(WriteRule rule, int N, long seed, DeltaEngine engine) {
        List<double[][]> all = associations(N, seed);
        List<Episode> episodes = new ArrayList<>();
        for (double[][] one : all) {
            Episode episode = new Episode(2 * N);
            for (int i = 0; i < N; i++) {
                episode.write(i, one[i], one[N + i], rule.strength());
                episode.ask(N + i, one[i]);
            }
            episodes.add(episode);
        }
        StateRun run = StateRun.of(engine, rule, episodes, K, V);
        List<Reads> reads = new ArrayList<>();
        for (int i = 0; i < N; i++) {
            Reads of = new Reads();
            for (int e = 0; e < draws; e++) {
                of.add(run.read(e, N + i), all.get(e)[N + i]);
            }
            reads.add(of);
        }
        return reads;
    }

    /** Per draw N keys and then N values. */
    private List<double[][]> associations(int N, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<double[][]> all = new ArrayList<>();
        for (int e = 0; e < draws; e++) {
            double[][] rows = new double[2 * N][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = Vectors.unit(Vectors.gaussian(i < N ? K : V, random));
            }
            all.add(rows);
        }
        return all;
    }

    private Reads exponential(int N, long seed) {
        Reads reads = new Reads();
        double sharpness = Math.sqrt(K);
        for (double[][] one : associations(N, seed)) {
            for (int i = 0; i < N; i++) {
                double[] read = new double[V];
                for (int j = 0; j < N; j++) {
                    Vectors.addScaled(read, Math.exp(sharpness * Vectors.dot(one[i], one[j])), one[N + j]);
                }
                reads.add(read, one[N + i]);
            }
        }
        return reads;
    }
}
