package io.deltarule.training;

/** A loss or a gradient that is not finite: training has stopped, and the weights are those of the step before. */
public final class NotFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    private final long step;
    private final String tensor;

    NotFiniteException(long step, String tensor, String found) {
        super("step " + step + ": expected a finite loss but found " + found
                + "; the first tensor that is not finite is " + tensor
                + "; lower the learning rate, clip gradients, or lengthen the warm-up");
        this.step = step;
        this.tensor = tensor;
    }

    /** Which step it was, from 1. */
    public long step() {
        return step;
    }

    /** What was not finite first. */
    public String tensor() {
        return tensor;
    }
}
