package io.deltarule.bench.timing;

import java.util.Arrays;
import java.util.List;

/**
 * How long runs took.
 *
 * @param repeats how many were timed
 * @param medianNanos half were faster
 * @param p10Nanos a tenth were faster
 * @param p90Nanos a tenth were slower
 */
public record Timing(int repeats, double medianNanos, double p10Nanos, double p90Nanos) {
    /** Of the repeats of something. */
    public static Timing of(List<Double> nanos) {
        return of(nanos.stream().mapToDouble(x -> x).toArray());
    }

    static Timing of(double[] nanos) {
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Timing(sorted.length, quantile(sorted, 0.5), quantile(sorted, 0.1), quantile(sorted, 0.9));
    }

    /** Between the two nearest values, in proportion. */
    private static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The timing of one of so many equal parts. */
    public Timing dividedBy(int parts) {
        return new Timing(repeats * parts, medianNanos / parts, p10Nanos / parts, p90Nanos / parts);
    }

    /** Median seconds. */
    public double seconds() {
        return medianNanos / 1e9;
    }
}
