package io.deltarule.training;

import io.deltarule.core.InvalidInputException;

/** The learning rate over time. */
@FunctionalInterface
public interface Schedule {
    /**
     * A step's learning rate.
     *
     * @param step from 0
     */
    double at(long step);

    /** Always the same. */
    static Schedule constant(double rate) {
        return step -> rate;
    }

    /**
     * Linear warm-up, then half a cosine down to a floor, which the last step but one all but reaches.
     *
     * <pre>
     *   η(s) = η · (s + 1)/w                                          s &lt; w
     *   η(s) = η · (f + (1 − f) · (1 + cos(π (s − w)/(S − w)))/2)     w ≤ s &lt; S
     * </pre>
     *
     * Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, with one period; warm-up as in Goyal et al. 2017,
     * arXiv:1706.02677.
     *
     * @param peak η
     * @param floor f, as a share of the peak
     * @param warmUp w, steps
     * @param steps S, of the whole run
     */
    static Schedule cosine(double peak, double floor, long warmUp, long steps) {
        if (!(peak > 0) || !(floor >= 0 && floor <= 1) || warmUp < 0) {
            throw new InvalidInputException("schedule: expected a peak above 0, a floor from 0 to 1 and a warm-up of at"
                    + " least 0 steps but found " + peak + ", " + floor + " and " + warmUp);
        }
        return step -> {
            if (step < warmUp) {
                return peak * (step + 1) / warmUp;
            }
            double done = Math.min(1, (step - warmUp) / (double) Math.max(1, steps - warmUp));
            return peak * (floor + (1 - floor) * (1 + StrictMath.cos(Math.PI * done)) / 2);
        };
    }
}
