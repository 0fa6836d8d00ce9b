package io.deltarule.experiments.speed;

import io.deltarule.bench.prepared.PreparedOperation;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.Timing;
import io.deltarule.chart.Axis;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Levels;
import io.deltarule.core.Variant;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * What log-linear states cost beside one state: prefill by length, a token by its position. All contenders run in turn. A seed is one
 * whole pass of measurements.
 *
 * @param heads of one sequence
 * @param D key and value channels of a head
 * @param lengths T, each twice the one before
 * @param seconds per length
 */
public record LevelCost(int heads, int D, List<Integer> lengths, double seconds) implements Experiment {
    /** What docs/math/log-linear.md shows. */
    public static final LevelCost DEFAULT = new LevelCost(8, 64, List.of(256, 512, 1024, 2048, 4096, 8192, 16384), 2);

    private static final int WARM_UP_TOKENS = 2000;

    public LevelCost {
        lengths = List.copyOf(lengths);
    }

    private List<Recurrence> contenders() {
        int levels = Levels.needed(lengths.getLast());
        return List.of(
                new Recurrence(Variant.GATED_DELTA_RULE, 0),
                new Recurrence(Variant.GATED_DELTA_RULE, levels),
                new Recurrence(Variant.SSD, 0),
                new Recurrence(Variant.SSD, levels));
    }

    @Override
    public String name() {
        return "levels";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "A state per block of tokens that doubles costs O(T log T) for a prompt and O(log T) for a token, where one"
                        + " state costs O(T) and O(1)",
                "Guo et al. 2025, arXiv:2506.04761",
                "kernels on an H100, prefill only",
                List.of(new Published("prompt, token", "O(T log T), O(log T)", Basis.AUTHORS)));
    }

    @Override
    public int seeds() {
        return 3;
    }

    @Override
    public boolean trained() {
        return false;
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        List<List<List<Sample>>> prefill = empty();
        List<List<List<Sample>>> decode = empty();
        for (int pass = 0; pass < conditions.seeds(); pass++) {
            for (int i = 0; i < lengths.size(); i++) {
                conditions.progress().accept("levels, pass " + (pass + 1) + ", T " + lengths.get(i));
                add(prefill, i, prefill(conditions.engine(), lengths.get(i)));
            }
            conditions.progress().accept("levels, pass " + (pass + 1) + ", decoding");
            double[][] steps = decode(conditions.engine());
            for (int i = 0; i < lengths.size(); i++) {
                add(decode, i, steps[i]);
            }
        }
        return new ExperimentResult(
                "one sequence of " + heads + " heads of " + D + " × " + D + ", a decay per head, "
                        + contenders().getLast().levels() + " levels, float32; processor "
                        + Machine.here().processor(),
                List.of(
                        "All contenders run in turn on operands of their own; prefill: medians of runs; a token: the mean over the"
                                + " second half of the length; a seed is one whole pass.",
                        "Laws of what has levels go through its last point: T log T for a prompt is log T for each of its tokens."),
                List.of(
                        panel("prefill", "Prefill", "µs per token", "tokens T", prefill, List.of(1, 3)),
                        doubling(prefill),
                        panel("decode", "A token", "µs per token", "tokens T", decode, List.of(1, 3))));
    }

    /** [contender][length] of samples. */
    private List<List<List<Sample>>> empty() {
        List<List<List<Sample>>> all = new ArrayList<>();
        for (Recurrence _ : contenders()) {
            List<List<Sample>> own = new ArrayList<>();
            lengths.forEach(T -> own.add(new ArrayList<>()));
            all.add(own);
        }
        return all;
    }

    private static void add(List<List<List<Sample>>> to, int length, double... micros) {
        for (int c = 0; c < micros.length; c++) {
            to.get(c).get(length).add(new Sample(micros[c], Map.of("over_one_state", micros[c] / micros[c / 2 * 2])));
        }
    }

    /** µs per token of each contender. */
    private double[] prefill(DeltaEngine engine, int T) {
        List<PreparedOperation> prepared = new ArrayList<>();
        try {
            contenders().forEach(c -> prepared.add(c.prefill(engine, heads, D, T)));
            List<Timing> timings = InterleavedTimer.forSeconds(seconds)
                    .time(prepared.stream()
                            .map(operation -> (Runnable) operation::run)
                            .toList());
            return timings.stream()
                    .mapToDouble(timing -> 1e6 * timing.seconds() / T)
                    .toArray();
        } finally {
            prepared.forEach(PreparedOperation::close);
        }
    }

    /** µs of a token in the second half of each length, [length][contender]. */
    private double[][] decode(DeltaEngine engine) {
        decode(engine, Math.min(WARM_UP_TOKENS, lengths.getLast()));
        double[][] ends = decode(engine, lengths.getLast());
        double[][] means = new double[lengths.size()][];
        for (int i = 0; i < means.length; i++) {
            int T = lengths.get(i);
            means[i] = new double[ends.length];
            for (int c = 0; c < ends.length; c++) {
                means[i][c] = (ends[c][T] - ends[c][T / 2]) / (T - T / 2);
            }
        }
        return means;
    }

    /** Decodes with all contenders in turn: µs that each has taken before a position, [contender][position]. */
    private double[][] decode(DeltaEngine engine, int tokens) {
        List<PreparedOperation> prepared = new ArrayList<>();
        try {
            contenders().forEach(c -> prepared.add(c.decode(engine, heads, D)));
            double[][] taken = new double[prepared.size()][tokens + 1];
            for (int t = 0; t < tokens; t++) {
                for (int c = 0; c < taken.length; c++) {
                    long begun = System.nanoTime();
                    prepared.get(c).run();
                    taken[c][t + 1] = taken[c][t] + (System.nanoTime() - begun) / 1e3;
                }
            }
            return taken;
        } finally {
            prepared.forEach(PreparedOperation::close);
        }
    }

    private ResultPanel panel(
            String name,
            String title,
            String detail,
            String along,
            List<List<List<Sample>>> samples,
            List<Integer> lawful) {
        List<ResultCurve> curves = new ArrayList<>();
        for (int c = 0; c < samples.size(); c++) {
            curves.add(ResultCurve.measured(contenders().get(c).words(), c, points(samples.get(c))));
        }
        for (int c : lawful) {
            double unit = curves.get(c).points().getLast().mean() / log2(lengths.getLast());
            curves.add(law("log T, " + contenders().get(c).words(), c, T -> unit * log2(T)));
        }
        return new ResultPanel(
                name,
                title,
                detail,
                new Measure("tokens", Axis.octaves(along)),
                new Measure("micros", Axis.logarithmic("µs per token")),
                curves);
    }

    private List<ResultPoint> points(List<List<Sample>> samples) {
        List<ResultPoint> points = new ArrayList<>();
        for (int i = 0; i < lengths.size(); i++) {
            points.add(ResultPoint.of(lengths.get(i), samples.get(i)));
        }
        return points;
    }

    private ResultCurve law(String name, int colour, IntToDoubleFunction of) {
        return ResultCurve.law(
                name,
                colour,
                lengths.stream()
                        .map(T -> ResultPoint.fixed(T, of.applyAsDouble(T)))
                        .toList());
    }

    /** How much longer twice the tokens take: 2 where the cost is in proportion to T. */
    private ResultPanel doubling(List<List<List<Sample>>> samples) {
        List<ResultCurve> curves = new ArrayList<>();
        for (int c = 0; c < samples.size(); c++) {
            List<ResultPoint> points = new ArrayList<>();
            for (int i = 1; i < lengths.size(); i++) {
                List<Sample> ratios = new ArrayList<>();
                for (int pass = 0; pass < samples.get(c).get(i).size(); pass++) {
                    ratios.add(Sample.of(2
                            * samples.get(c).get(i).get(pass).value()
                            / samples.get(c).get(i - 1).get(pass).value()));
                }
                points.add(ResultPoint.of(lengths.get(i), ratios));
            }
            curves.add(ResultCurve.measured(contenders().get(c).words(), c, points));
        }
        List<ResultPoint> law = new ArrayList<>();
        for (int i = 1; i < lengths.size(); i++) {
            int T = lengths.get(i);
            law.add(ResultPoint.fixed(T, 2 * log2(T) / log2(lengths.get(i - 1))));
        }
        curves.add(ResultCurve.law("T log T", 1, law));
        return new ResultPanel(
                "doubling",
                "Prefill per doubling",
                "time of T over time of T / 2",
                new Measure("tokens", Axis.octaves("tokens T")),
                new Measure("ratio", Axis.linear("time over time of half as many")),
                curves);
    }

    private static double log2(int T) {
        return Math.log(T) / Math.log(2);
    }
}
