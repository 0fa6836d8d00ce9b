package io.deltarule.experiments.learned;

import io.deltarule.chart.Axis;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPanel.Measure;
import io.deltarule.experiments.ResultPoint;
import io.deltarule.experiments.ResultPoint.Sample;
import io.deltarule.models.training.TrainableModel;
import io.deltarule.training.Batch;
import io.deltarule.training.Predictions;
import io.deltarule.training.Seeds;
import io.deltarule.training.StepReport;
import io.deltarule.training.Trainer;
import io.deltarule.training.TrainingOptions;
import io.deltarule.training.task.SequenceTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Contenders that learn one task on short sequences and are tested on long ones, place by place.
 *
 * @param title of the panels
 * @param task what is learned
 * @param options how, for a seed
 * @param chance what guessing gets right
 * @param factor how many times longer the test is than the longest sequence that was trained on, a power of two
 * @param tested how many sequences are tested
 */
record TrackingRun(
        String title, SequenceTask task, LongFunction<TrainingOptions> options, double chance, int factor, int tested) {
    private static final long TESTS = 0x74657374; // apart from every training step and from what is held out
    private static final int REPORT_EVERY = 20;
    /** How many points the longest trained sequence has in the panel of places. */
    private static final int POINTS = 2;

    /** Two panels: the share of places that are right up to a length, and at a place. */
    List<ResultPanel> panels(String id, List<Contender> contenders, Conditions conditions) {
        List<ResultCurve> upTo = new ArrayList<>();
        List<ResultCurve> at = new ArrayList<>();
        for (Contender contender : contenders) {
            List<Learned> seeds = conditions.everySeed().stream()
                    .map(seed -> learned(contender, seed, conditions))
                    .toList();
            upTo.add(ResultCurve.measured(contender.name(), contender.colour(), points(seeds, lengths(), 0)));
            at.add(ResultCurve.measured(
                    contender.name(), contender.colour(), points(seeds, places(), task.longest() / POINTS)));
        }
        upTo.add(chance(lengths()));
        at.add(chance(List.of(places().getFirst(), places().getLast())));
        String trained = "trained up to " + task.longest();
        return List.of(
                new ResultPanel(
                        id + "up_to_length",
                        title + "up to a length",
                        trained,
                        new Measure("length", Axis.octaves("tokens")),
                        new Measure("accuracy", Axis.linear("share of places that are right", 0, 1)),
                        upTo),
                new ResultPanel(
                        id + "at_place",
                        title + "at a place",
                        trained + ", means of " + task.longest() / POINTS + " places",
                        new Measure("place", Axis.linear("place in the sequence")),
                        new Measure("accuracy", Axis.linear("share of sequences that are right", 0, 1)),
                        at));
    }

    /** How many tokens the longest sequence of the test has. */
    private int longest() {
        return factor * task.longest();
    }

    private List<Integer> lengths() {
        List<Integer> lengths = new ArrayList<>();
        for (int length = Math.max(1, task.longest() / 4); length <= longest(); length *= 2) {
            lengths.add(length);
        }
        return lengths;
    }

    private List<Integer> places() {
        List<Integer> places = new ArrayList<>();
        for (int place = task.longest() / POINTS; place <= longest(); place += task.longest() / POINTS) {
            places.add(place);
        }
        return places;
    }

    private ResultCurve chance(List<Integer> places) {
        return ResultCurve.chance(
                "chance", places.stream().map(x -> ResultPoint.fixed(x, chance)).toList());
    }

    /**
     * What one seed made.
     *
     * @param right share of sequences that are right at each place
     * @param loss the last step's
     * @param seconds that training took
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, only read
    private record Learned(double[] right, double loss, double seconds) {
        double over(int from, int to) {
            double sum = 0;
            for (int place = from; place < to; place++) {
                sum += right[place];
            }
            return sum / (to - from);
        }
    }

    /** Means over the places that end at each point: so many of them, or with 0 all from the beginning. */
    private static List<ResultPoint> points(List<Learned> seeds, List<Integer> ends, int width) {
        List<ResultPoint> points = new ArrayList<>();
        for (int end : ends) {
            List<Sample> samples = new ArrayList<>();
            for (Learned seed : seeds) {
                Map<String, Object> details = new LinkedHashMap<>();
                details.put("loss", seed.loss());
                details.put("training_seconds", seed.seconds());
                samples.add(new Sample(seed.over(width == 0 ? 0 : end - width, end), details));
            }
            points.add(ResultPoint.of(end, samples));
        }
        return points;
    }

    private Learned learned(Contender contender, long seed, Conditions conditions) {
        TrainingEngine engine = TrainingEngine.of(conditions.engine());
        TrainableModel model = TrainableModel.of(contender.config());
        long begun = System.nanoTime();
        try (Trainer trainer = new Trainer(engine, model, task, options.apply(seed))) {
            StepReport last = null;
            while (trainer.step() < trainer.options().steps()) {
                last = trainer.next();
                if (last.step() % REPORT_EVERY == 0) {
                    conditions
                            .progress()
                            .accept(String.format(
                                    Locale.ROOT,
                                    "%s%s, seed %d, step %d of %d, loss %.3f",
                                    title,
                                    contender.name(),
                                    seed,
                                    last.step(),
                                    trainer.options().steps(),
                                    last.loss()));
                }
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            Batch test = task.batch(Seeds.generator(TESTS, seed), tested, longest());
            return new Learned(right(trainer.predict(test)), last == null ? Double.NaN : last.loss(), seconds);
        }
    }

    private double[] right(Predictions predictions) {
        double[] right = new double[longest()];
        for (int token = 0; token < tested * longest(); token++) {
            right[token % longest()] += predictions.isRight(token) ? 1.0 / tested : 0;
        }
        return right;
    }
}
