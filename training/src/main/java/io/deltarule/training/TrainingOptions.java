package io.deltarule.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.training.InitialWeights;
import java.util.function.Predicate;

/**
 * How a model is trained.
 *
 * @param steps how many in all
 * @param schedule the learning rate
 * @param optimizer makes the optimiser
 * @param clip longest length of all gradients together, or 0 for any
 * @param accumulation batches per step, one after the other
 * @param recompute whether a block's slots are computed again on the way back rather than remembered
 * @param seed of weights and batches
 * @param std deviation of projections before the first step, or 0 for one by the width ({@link InitialWeights})
 * @param trained which weights are trained
 */
public record TrainingOptions(
        long steps,
        Schedule schedule,
        Optimizer.Factory optimizer,
        double clip,
        int accumulation,
        boolean recompute,
        long seed,
        double std,
        Predicate<String> trained) {
    /** Checks the numbers. */
    public TrainingOptions {
        if (steps < 1 || accumulation < 1 || !(clip >= 0) || !(std >= 0)) {
            throw new InvalidInputException("options: expected at least 1 step, at least 1 batch per step, and a clip"
                    + " and a deviation of at least 0 but found " + steps + ", " + accumulation + ", " + clip + " and "
                    + std);
        }
    }

    /**
     * Usual ones: AdamW without weight decay, warm-up over a tenth of the steps, cosine to a tenth of the rate, gradients of
     * length 1 at most, everything remembered and trained.
     *
     * @param steps how many in all
     * @param learningRate the highest
     * @param seed of everything
     */
    public static TrainingOptions of(long steps, double learningRate, long seed) {
        return new TrainingOptions(
                steps,
                Schedule.cosine(learningRate, 0.1, steps / 10, steps),
                AdamW.Settings.USUAL.withDecay(0),
                1,
                1,
                false,
                seed,
                InitialWeights.USUAL,
                name -> true);
    }

    /** The same with another learning rate. */
    public TrainingOptions withSchedule(Schedule other) {
        return new TrainingOptions(steps, other, optimizer, clip, accumulation, recompute, seed, std, trained);
    }

    /** The same with another optimiser. */
    public TrainingOptions withOptimizer(Optimizer.Factory other) {
        return new TrainingOptions(steps, schedule, other, clip, accumulation, recompute, seed, std, trained);
    }

    /** The same with gradients clipped elsewhere, 0 for nowhere. */
    public TrainingOptions withClip(double length) {
        return new TrainingOptions(steps, schedule, optimizer, length, accumulation, recompute, seed, std, trained);
    }

    /** The same with another number of batches per step. */
    public TrainingOptions withAccumulation(int batches) {
        return new TrainingOptions(steps, schedule, optimizer, clip, batches, recompute, seed, std, trained);
    }

    /** The same with less memory and one more run forward. */
    public TrainingOptions withRecompute(boolean again) {
        return new TrainingOptions(steps, schedule, optimizer, clip, accumulation, again, seed, std, trained);
    }

    /** The same with other numbers to begin with. */
    public TrainingOptions withStd(double deviation) {
        return new TrainingOptions(steps, schedule, optimizer, clip, accumulation, recompute, seed, deviation, trained);
    }

    /** The same with some weights alone trained. */
    public TrainingOptions training(Predicate<String> some) {
        return new TrainingOptions(steps, schedule, optimizer, clip, accumulation, recompute, seed, std, some);
    }

    InitialWeights initial() {
        return new InitialWeights(seed, std);
    }
}
