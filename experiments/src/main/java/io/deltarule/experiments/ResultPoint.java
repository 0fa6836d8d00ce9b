package io.deltarule.experiments;

import java.util.List;
import java.util.Map;

/**
 * What was found at one place of the axis.
 *
 * @param x the place
 * @param samples one per seed, in their order; one alone for laws and chance
 * @param low one end of the spread that the figure shows, NaN for none
 * @param high its other end
 */
public record ResultPoint(double x, List<Sample> samples, double low, double high) {
    public ResultPoint {
        samples = List.copyOf(samples);
    }

    /**
     * What one seed found.
     *
     * @param value on the vertical axis
     * @param details further numbers and words of this seed, by their name in documents
     */
    public record Sample(double value, Map<String, Object> details) {
        /** A value with nothing to add. */
        public static Sample of(double value) {
            return new Sample(value, Map.of());
        }
    }

    /** What all seeds found. */
    public static ResultPoint of(double x, List<Sample> samples) {
        return new ResultPoint(x, samples, Double.NaN, Double.NaN);
    }

    /** A number that no seed changes. */
    public static ResultPoint fixed(double x, double value) {
        return of(x, List.of(Sample.of(value)));
    }

    /** The mean over all seeds. */
    public double mean() {
        return samples.stream().mapToDouble(Sample::value).average().orElse(Double.NaN);
    }

    /** The least that any seed found. */
    public double least() {
        return samples.stream().mapToDouble(Sample::value).min().orElse(Double.NaN);
    }

    /** The most that any seed found. */
    public double most() {
        return samples.stream().mapToDouble(Sample::value).max().orElse(Double.NaN);
    }
}
