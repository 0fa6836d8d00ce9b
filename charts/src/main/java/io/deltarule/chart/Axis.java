package io.deltarule.chart;

/**
 * What an axis says and how its values lie on it.
 *
 * @param name quantity and unit
 * @param kind how values lie
 * @param least smallest value shown; NaN for what the points need
 * @param most largest value shown; NaN for what the points need
 */
public record Axis(String name, Kind kind, double least, double most) {
    /** How values lie on an axis. */
    public enum Kind {
        /** Equal differences at equal distances. */
        LINEAR,
        /** Equal ratios at equal distances, values above 0; ticks are powers of two where all values are. */
        LOGARITHMIC,
        /** The same with ticks at powers of two. */
        OCTAVES
    }

    /** An axis of ratios, as wide as its points need. */
    public static Axis logarithmic(String name) {
        return new Axis(name, Kind.LOGARITHMIC, Double.NaN, Double.NaN);
    }

    /** An axis of ratios with ticks at powers of two, as wide as its points need. */
    public static Axis octaves(String name) {
        return new Axis(name, Kind.OCTAVES, Double.NaN, Double.NaN);
    }

    /** An axis of differences, as wide as its points need. */
    public static Axis linear(String name) {
        return new Axis(name, Kind.LINEAR, Double.NaN, Double.NaN);
    }

    /** An axis of differences between two values. */
    public static Axis linear(String name, double least, double most) {
        return new Axis(name, Kind.LINEAR, least, most);
    }

    /** The axis laid out: values between these two, from one place of the picture to another. */
    Scale scale(double smallest, double largest, double from, double to) {
        return switch (kind) {
            case LOGARITHMIC -> LogScale.around(smallest, largest, from, to);
            case OCTAVES -> LogScale.around(smallest, largest, from, to).inOctaves();
            case LINEAR ->
                LinearScale.around(
                        Double.isNaN(least) ? smallest : least, Double.isNaN(most) ? largest : most, from, to);
        };
    }
}
