package io.deltarule.experiments.state;

import io.deltarule.chart.Axis;
import io.deltarule.core.DeltaEngine;
import io.deltarule.experiments.Claim;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * n keys, each bound three times to new values, in random order: is the latest value read, or an older one?
 *
 * @param d key and value channels
 * @param keyCounts n
 * @param draws independent sets of keys and values per seed
 */
public record Overwrite(int d, List<Integer> keyCounts, int draws) implements Experiment {
    private static final int WRITES = 3;

    /** What docs/experiments.md shows. */
    public static final Overwrite DEFAULT = new Overwrite(64, List.of(8, 16, 32, 64), 20);

    public Overwrite {
        keyCounts = List.copyOf(keyCounts);
    }

    @Override
    public String name() {
        return "overwrite";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "A delta rule's write replaces what a key was bound to; a sum keeps all of it",
                "Schlag, Irie, Schmidhuber 2021, arXiv:2102.11174",
                "layers trained on keys that come again with new values; shown there as curves of the loss",
                List.of(new Claim.Published(
                        "latest of three values under a sum, by symmetry",
                        "1/3 of what is read at all",
                        Claim.Basis.DERIVED)));
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
        List<ResultCurve> latest = new ArrayList<>();
        List<ResultCurve> old = new ArrayList<>();
        for (WriteRule rule : List.of(new WriteRule(true, 1, 1), new WriteRule(false, 1, 1))) {
            List<ResultPoint> fresh = new ArrayList<>();
            List<ResultPoint> stale = new ArrayList<>();
            for (int n : keyCounts) {
                conditions.progress().accept("overwrite, " + rule.words() + ", " + n + " keys");
                List<Shares> shares = conditions.everySeed().stream()
                        .map(seed -> shares(rule, n, seed, conditions.engine()))
                        .toList();
                fresh.add(ResultPoint.of(n, shares.stream().map(Shares::sample).toList()));
                stale.add(ResultPoint.of(
                        n, shares.stream().map(s -> Sample.of(s.old())).toList()));
            }
            int colour = rule.erases() ? 0 : 1;
            latest.add(ResultCurve.measured(rule.words(), colour, fresh));
            old.add(ResultCurve.measured(rule.words(), colour, stale));
        }
        latest.add(ResultCurve.law(
                "one of three by chance",
                1,
                keyCounts.stream().map(n -> ResultPoint.fixed(n, 1.0 / WRITES)).toList()));
        Measure x = new Measure("keys", Axis.octaves("keys n"));
        return new ExperimentResult(
                "d " + d + ", unit keys, each bound " + WRITES + " times in random order, β 1, " + draws
                        + " draws per seed, read after the last write",
                List.of("Linear attention is the library's ssd, which erases nothing."),
                List.of(
                        new ResultPanel(
                                "latest",
                                "Latest value",
                                "nearest of all 3n values",
                                x,
                                new Measure("share", Axis.linear("share of reads", 0, 1)),
                                latest),
                        new ResultPanel(
                                "old",
                                "A value that was written over",
                                "nearest of all 3n values",
                                x,
                                new Measure("share", Axis.linear("share of reads", 0, 1)),
                                old)));
    }

    /**
     * Which value was nearest.
     *
     * @param latest share of reads nearest to the key's latest value
     * @param old to an older one of its values
     */
    private record Shares(double latest, double old) {
        Sample sample() {
            return new Sample(latest, Map.of("old", old));
        }
    }

    private Shares shares(WriteRule rule, int n, long seed, DeltaEngine engine) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Episode> episodes = new ArrayList<>();
        List<List<double[]>> values = new ArrayList<>();
        List<int[]> owners = new ArrayList<>();
        for (int e = 0; e < draws; e++) {
            Episode episode = new Episode((WRITES + 1) * n);
            List<double[]> written = new ArrayList<>();
            int[] order = order(n, random);
            double[][] keys = new double[n][];
            for (int i = 0; i < n; i++) {
                keys[i] = Vectors.unit(Vectors.gaussian(d, random));
            }
            for (int t = 0; t < order.length; t++) {
                written.add(Vectors.unit(Vectors.gaussian(d, random)));
                episode.write(t, keys[order[t]], written.get(t), rule.strength());
            }
            for (int i = 0; i < n; i++) {
                episode.ask(order.length + i, keys[i]);
            }
            episodes.add(episode);
            values.add(written);
            owners.add(order);
        }
        StateRun run = StateRun.of(engine, rule, episodes, d, d);
        double latest = 0;
        double old = 0;
        for (int e = 0; e < draws; e++) {
            int[] owner = owners.get(e);
            for (int i = 0; i < n; i++) {
                int found = Candidates.nearest(run.read(e, owner.length + i), values.get(e));
                if (owner[found] == i) {
                    if (isLast(owner, found)) {
                        latest++;
                    } else {
                        old++;
                    }
                }
            }
        }
        return new Shares(latest / (draws * n), old / (draws * n));
    }

    private static boolean isLast(int[] owner, int at) {
        for (int t = at + 1; t < owner.length; t++) {
            if (owner[t] == owner[at]) {
                return false;
            }
        }
        return true;
    }

    /** Every key three times, shuffled. */
    private static int[] order(int n, SplittableRandom random) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < WRITES * n; i++) {
            order.add(i % n);
        }
        Collections.shuffle(order, Random.from(random));
        return order.stream().mapToInt(i -> i).toArray();
    }
}
