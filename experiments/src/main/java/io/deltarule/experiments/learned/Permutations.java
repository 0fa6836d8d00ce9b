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
import io.deltarule.training.task.PermutationGroup;
import io.deltarule.training.task.PermutationTask;
import java.util.List;
import java.util.Map;

/**
 * Products of permutations of three with one and with two Householder factors per token, β below 1 and β below 2.
 *
 * @param steps of training
 * @param tested sequences of the test
 */
public record Permutations(int steps, int tested) implements Experiment {
    /** What docs/experiments.md shows. */
    public static final Permutations DEFAULT = new Permutations(600, 256);

    private static final int SHORTEST = 2;
    private static final int LENGTH = 32;
    private static final int FACTOR = 4;
    private static final int WARM_UP = 100;
    private static final double RATE = 5e-3;

    @Override
    public String name() {
        return "permutations";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "One layer follows the permutations of three with two Householder factors per token and β up to 2; with one"
                        + " factor, or β up to 1, it cannot",
                "Siems et al. 2025, arXiv:2502.10297",
                "1 layer, d 128, 8 heads of 32; trained at 128 tokens, tested at 512; 100,000 sequences, 100 epochs, batches of"
                        + " 2048, learning rate 1e-3",
                List.of(
                        new Published("S3, two factors, β below 2", "solved", Basis.AUTHORS),
                        new Published("S3, one factor, or β below 1", "not solved", Basis.AUTHORS),
                        new Published(
                                "one factor in one layer: only the sign of a permutation is followed",
                                "1/3",
                                Basis.DERIVED)));
    }

    @Override
    public int seeds() {
        return 5;
    }

    @Override
    public boolean trained() {
        return true;
    }

    private static Contender contender(int colour, int factors, boolean negative) {
        return new Contender(
                (factors == 1 ? "1 factor" : factors + " factors") + ", β below " + (negative ? 2 : 1),
                colour,
                ModelTemplates.config(
                        "gated_deltaproduct",
                        new ModelTemplates.Sizes(64, 128, 1, PermutationGroup.S3.size(), false),
                        Map.of(
                                "num_heads", "4",
                                "head_dim", "16",
                                "num_householder", Integer.toString(factors),
                                "allow_neg_eigval", Boolean.toString(negative),
                                "use_short_conv", "false",
                                "qk_activation", "identity",
                                "use_forget_gate", "false",
                                "use_output_gate", "false")));
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        TrackingRun run = new TrackingRun(
                "S3, ",
                new PermutationTask(PermutationGroup.S3, new BatchSizes(64, SHORTEST, LENGTH, 1)),
                this::options,
                1.0 / PermutationGroup.S3.size(),
                FACTOR,
                tested);
        return new ExperimentResult(
                "S3, 1 layer, d 64, 4 heads of 16; lengths " + SHORTEST + " to " + LENGTH + ", tested at up to "
                        + FACTOR * LENGTH + "; batches of 64, " + steps + " steps, learning rate 5e-3",
                List.of(
                        "Without short convolutions and with keys and queries that no activation changes: SiLU leaves keys"
                                + " nearly in one orthant, where reflections at S3's angles hardly fit.",
                        "S4 found no more than the sign of its permutations in 1200 steps at this size; A5 and S5 were not tried."),
                run.panels(
                        "s3_",
                        List.of(
                                contender(0, 2, true),
                                contender(1, 1, true),
                                contender(2, 2, false),
                                contender(3, 1, false)),
                        conditions));
    }

    private TrainingOptions options(long seed) {
        return TrainingOptions.of(steps, RATE, seed)
                .withSchedule(Schedule.cosine(RATE, 0.01, Math.min(WARM_UP, steps / 4), steps))
                .withOptimizer(new AdamW.Settings(0.9, 0.98, 1e-8, 0));
    }
}
