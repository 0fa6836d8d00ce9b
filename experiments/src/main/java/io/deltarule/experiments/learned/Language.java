package io.deltarule.experiments.learned;

import io.deltarule.chart.Axis;
import io.deltarule.core.training.TrainingEngine;
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
import io.deltarule.models.training.TrainableModel;
import io.deltarule.training.Evaluation;
import io.deltarule.training.Trainer;
import io.deltarule.training.TrainingOptions;
import io.deltarule.training.task.BatchSizes;
import io.deltarule.training.task.TextTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Models of one size on the bytes of one text: how well each predicts the part that is held out, as it sees more of the rest.
 *
 * @param text its bytes; an array that is not modified
 * @param source what it is, for people
 * @param sizes of models and training
 */
@SuppressWarnings("ArrayRecordComponent") // read, never modified
public record Language(byte[] text, String source, Sizes sizes) implements Experiment {
    private static final int BYTES = 256;
    private static final double HELD_OUT = 0.1;

    /**
     * Sizes of models and training.
     *
     * @param hidden width of the rows, a multiple of 4 heads
     * @param layers blocks
     * @param sequences per batch
     * @param length bytes of a sequence
     * @param steps of training
     * @param evaluations how often the held-out part is looked at, evenly over the steps
     * @param tested batches of it
     * @param rate the highest learning rate, the same for all
     */
    public record Sizes(
            int hidden, int layers, int sequences, int length, int steps, int evaluations, int tested, double rate) {
        /** What docs/experiments.md shows. */
        public static final Sizes DEFAULT = new Sizes(64, 2, 16, 128, 150, 3, 8, 4e-3);
    }

    @Override
    public String name() {
        return "language";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "At equal size and tokens a Gated DeltaNet predicts text better than a DeltaNet, and that better than a"
                        + " Transformer",
                "Yang, Kautz, Hatamizadeh 2024, arXiv:2412.06464, table 3",
                "1.3B parameters, 100B tokens of FineWeb-Edu; perplexity of WikiText",
                List.of(
                        new Published("Transformer++", "18.53", Basis.RECALLED),
                        new Published("DeltaNet", "17.71", Basis.RECALLED),
                        new Published("Gated DeltaNet", "16.42", Basis.RECALLED)));
    }

    @Override
    public int seeds() {
        return 3;
    }

    @Override
    public boolean trained() {
        return true;
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        int[] ids = new int[text.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = text[i] & 0xff;
        }
        TextTask task = new TextTask(
                ids,
                BYTES,
                new BatchSizes(sizes.sequences(), sizes.length(), sizes.length(), sizes.tested()),
                HELD_OUT);
        List<Contender> contenders = new EqualModels(sizes.hidden(), sizes.layers(), BYTES).all();
        List<ResultCurve> curves = new ArrayList<>();
        for (Contender contender : contenders) {
            List<List<Sample>> seeds = conditions.everySeed().stream()
                    .map(seed -> learned(contender, task, seed, conditions))
                    .toList();
            List<ResultPoint> points = new ArrayList<>();
            for (int e = 0; e < sizes.evaluations(); e++) {
                int at = e;
                points.add(ResultPoint.of(
                        (double) stepsUntil(e) * sizes.sequences() * sizes.length(),
                        seeds.stream().map(samples -> samples.get(at)).toList()));
            }
            curves.add(ResultCurve.measured(contender.name(), contender.colour(), points));
        }
        long parameters = TrainableModel.of(contenders.getFirst().config()).parameters();
        return new ExperimentResult(
                String.format(
                        Locale.ROOT,
                        "%s, %d bytes, the last tenth held out; %d layers, d %d, about %dk parameters each, %d steps of %d"
                                + " × %d bytes, learning rate %s for all",
                        source,
                        text.length,
                        sizes.layers(),
                        sizes.hidden(),
                        Math.round(parameters / 1e3),
                        sizes.steps(),
                        sizes.sequences(),
                        sizes.length(),
                        sizes.rate()),
                List.of(
                        "Parameters are made equal by the width of the feed-forward part; nothing is tuned for any of them.",
                        "The Transformer is softmax attention with rotary positions in every layer, in the same frame; it has"
                                + " no short convolutions, which give the others the last four bytes.",
                        "At this size most of what is learned are letters and short words: an order of models here says"
                                + " nothing about large ones."),
                List.of(new ResultPanel(
                        "bits_per_byte",
                        "Held-out text",
                        "lower is better",
                        new Measure("bytes", Axis.octaves("bytes trained on")),
                        new Measure("bits_per_byte", Axis.linear("bits per byte")),
                        curves)));
    }

    private int stepsUntil(int evaluation) {
        return sizes.steps() * (evaluation + 1) / sizes.evaluations();
    }

    private List<Sample> learned(Contender contender, TextTask task, long seed, Conditions conditions) {
        TrainingEngine engine = TrainingEngine.of(conditions.engine());
        TrainableModel model = TrainableModel.of(contender.config());
        List<Sample> samples = new ArrayList<>();
        double seconds = 0;
        try (Trainer trainer =
                new Trainer(engine, model, task, TrainingOptions.of(sizes.steps(), sizes.rate(), seed))) {
            for (int e = 0; e < sizes.evaluations(); e++) {
                while (trainer.step() < stepsUntil(e)) {
                    seconds += trainer.next().seconds();
                    conditions
                            .progress()
                            .accept(String.format(
                                    Locale.ROOT,
                                    "%s, seed %d, step %d of %d",
                                    contender.name(),
                                    seed,
                                    trainer.step(),
                                    sizes.steps()));
                }
                Evaluation found = trainer.evaluate();
                Map<String, Object> details = new LinkedHashMap<>();
                details.put("perplexity", found.perplexity());
                details.put("accuracy", found.accuracy());
                details.put("parameters", model.parameters());
                details.put("training_seconds", seconds);
                samples.add(new Sample(found.loss() / Math.log(2), details));
            }
        }
        return samples;
    }
}
