package io.deltarule.models;

import io.deltarule.core.InvalidInputException;

/**
 * What a {@link Mamba2Layer} has.
 *
 * @param hidden width of the model's rows
 * @param heads of the state, HV; a multiple of the groups
 * @param head channels of each, V
 * @param groups of heads that share B and C, which are the keys and queries, H
 * @param state rows of a head's state, K
 * @param taps width of the short convolution, at least 1
 * @param projectionBias whether the projections of the input and of the output have a bias
 * @param convolutionBias whether the convolution has one
 * @param step bounds of the step of time
 * @param norm of the read-out
 * @param skipPerChannel whether D has a number for every channel rather than for every head
 * @param levels of log-linear states, or 0 for one state
 */
public record Mamba2Config(
        int hidden,
        int heads,
        int head,
        int groups,
        int state,
        int taps,
        boolean projectionBias,
        boolean convolutionBias,
        StepBounds step,
        OutputNorm norm,
        boolean skipPerChannel,
        int levels) {
    /**
     * Between which numbers the step of time is kept.
     *
     * @param least the smallest
     * @param most the largest, infinite where there is no bound
     */
    public record StepBounds(double least, double most) {
        /** Without bounds. */
        public static final StepBounds NONE = new StepBounds(0, Double.POSITIVE_INFINITY);
    }

    /**
     * How the read-out is normed and gated by z.
     *
     * <pre>
     *   gate first    y = norm(o ⊙ SiLU(z))        norm first    y = norm(o) ⊙ SiLU(z)        none    y = o ⊙ SiLU(z)
     * </pre>
     *
     * @param order which comes first
     * @param groups groups of channels that are normed each on its own, 1 for all together
     * @param eps added to the mean of squares
     */
    public record OutputNorm(Order order, int groups, double eps) {
        /** Which comes first. */
        public enum Order {
            /** The gate, as all published models have it. */
            GATE_FIRST,
            /** The norm. */
            NORM_FIRST,
            /** There is no norm. */
            NONE
        }
    }

    /**
     * Checks the lengths.
     *
     * @throws InvalidInputException naming the first that is not usable
     */
    public Mamba2Config {
        if (heads < 1 || groups < 1 || heads % groups != 0) {
            throw new InvalidInputException("groups: expected a divisor of heads=" + heads + " but found " + groups);
        }
        if (norm.groups() < 1 || heads * head % norm.groups() != 0) {
            throw new InvalidInputException(
                    "norm groups: expected a divisor of heads·head=" + heads * head + " but found " + norm.groups());
        }
    }

    /** As the published models have it: a convolution of width 4 with a bias, steps without bounds, the gate first. */
    public static Mamba2Config of(int hidden, int heads, int head, int groups, int state) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                4,
                false,
                true,
                StepBounds.NONE,
                new OutputNorm(OutputNorm.Order.GATE_FIRST, 1, 1e-5),
                false,
                0);
    }

    /** The same with biases, or without. */
    public Mamba2Config withBiases(boolean ofProjections, boolean ofConvolution) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                taps,
                ofProjections,
                ofConvolution,
                step,
                norm,
                skipPerChannel,
                levels);
    }

    /** The same with a convolution of another width. */
    public Mamba2Config withTaps(int width) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                width,
                projectionBias,
                convolutionBias,
                step,
                norm,
                skipPerChannel,
                levels);
    }

    /** The same with steps of time between other bounds. */
    public Mamba2Config withStep(StepBounds bounds) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                taps,
                projectionBias,
                convolutionBias,
                bounds,
                norm,
                skipPerChannel,
                levels);
    }

    /** The same with another norm. */
    public Mamba2Config withNorm(OutputNorm other) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                taps,
                projectionBias,
                convolutionBias,
                step,
                other,
                skipPerChannel,
                levels);
    }

    /** The same with a D for every channel, or for every head. */
    public Mamba2Config withSkipPerChannel(boolean perChannel) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                taps,
                projectionBias,
                convolutionBias,
                step,
                norm,
                perChannel,
                levels);
    }

    /** The same with log-linear states, enough for 2^(levels − 1) tokens. */
    public Mamba2Config withLevels(int count) {
        return new Mamba2Config(
                hidden,
                heads,
                head,
                groups,
                state,
                taps,
                projectionBias,
                convolutionBias,
                step,
                norm,
                skipPerChannel,
                count);
    }

    /** Width of a row of all heads. */
    public int inner() {
        return heads * head;
    }

    /** Width of B, and of C. */
    public int keyWidth() {
        return groups * state;
    }
}
