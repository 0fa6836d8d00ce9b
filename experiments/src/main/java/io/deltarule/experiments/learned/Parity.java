package io.deltarule.experiments.learned;

import io.deltarule.experiments.Claim;
import io.deltarule.experiments.Claim.Basis;
import io.deltarule.experiments.Claim.Published;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.training.AdamW;
import io.deltarule.training.Schedule;
import io.deltarule.training.TrainingOptions;
import io.deltarule.training.task.BatchSizes;
import io.deltarule.training.task.ParityTask;
import java.util.List;
import java.util.Map;

/**
 * Parity with β below 1 and with β below 2: a transition I − β k kᵀ has the eigenvalue 1 − β, which only a β above 1 makes
 * negative.
 *
 * @param steps of training
 * @param tested sequences of the test
 */
public record Parity(int steps, int tested) implements Experiment {
    /** What docs/experiments.md shows. */
    public static final Parity DEFAULT = new Parity(1400, 256);

    private static final BatchSizes SIZES = new BatchSizes(64, 3, 40, 1);
    private static final int FACTOR = 8;
    private static final int WARM_UP = 100;

    @Override
    public String name() {
        return "parity";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "DeltaNet learns parity at any length with β up to 2, and with β up to 1 it cannot",
                "Grazzi et al. 2024, arXiv:2411.12537",
                "2 layers, d 128, 4 heads, short convolutions; lengths 3 to 40, tested at 40 to 256; batches of 256, 20,000 steps,"
                        + " learning rate 1e-3; accuracy scaled so that chance is 0",
                List.of(
                        new Published("DeltaNet, β below 1", "0.017", Basis.RECALLED),
                        new Published("DeltaNet, β below 2", "1.000", Basis.RECALLED)));
    }

    @Override
    public int seeds() {
        return 5;
    }

    @Override
    public boolean trained() {
        return true;
    }

    private static Contender contender(String name, int colour, boolean negative) {
        return new Contender(
                name,
                colour,
                ModelTemplates.config(
                        "delta_net",
                        new ModelTemplates.Sizes(32, 64, 1, 2, false),
                        Map.of("num_heads", "2", "allow_neg_eigval", Boolean.toString(negative))));
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        TrackingRun run = new TrackingRun("Parity, ", new ParityTask(SIZES), this::options, 0.5, FACTOR, tested);
        return new ExperimentResult(
                "1 layer, d 32, 2 heads of 16, short convolutions; lengths 3 to 40, tested at up to " + FACTOR * 40
                        + "; batches of 64, " + steps + " steps, learning rate 4e-3; share of places that are right",
                List.of("With β below 1 the first places are right because so few prefixes can be learned by heart."),
                run.panels("", List.of(contender("β below 2", 0, true), contender("β below 1", 1, false)), conditions));
    }

    private TrainingOptions options(long seed) {
        return TrainingOptions.of(steps, 4e-3, seed)
                .withSchedule(Schedule.cosine(4e-3, 0.01, Math.min(WARM_UP, steps / 4), steps))
                .withOptimizer(new AdamW.Settings(0.9, 0.98, 1e-8, 0));
    }
}
