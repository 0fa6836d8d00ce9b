package io.deltarule.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Points over two axes.
 *
 * @param title what it shows
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param series drawn in this order, at least one point in all
 * @param limits lines that nothing can pass, drawn dashed
 */
public record Chart(String title, Axis x, Axis y, List<Series> series, List<Limit> limits) {
    /** How many colours a palette has. */
    public static final int COLOURS = 8;

    public Chart {
        series = List.copyOf(series);
        limits = List.copyOf(limits);
    }

    /** How points are joined. */
    public enum Line {
        /** Not at all. */
        NONE,
        /** By a solid line. */
        SOLID,
        /** By a dashed line. */
        DASHED,
        /** By a fine dotted line. */
        DOTTED;

        /** Its class in the style sheet. */
        String style() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How each point is drawn. */
    public enum Dot {
        /** Not at all. */
        NONE,
        /** As a dot. */
        FILLED,
        /** As a ring. */
        HOLLOW,
        /** As a square. */
        SQUARE,
        /** As a triangle. */
        TRIANGLE
    }

    /**
     * How a series looks.
     *
     * @param colour place in the palette
     * @param line how its points are joined
     * @param dot how each is drawn
     */
    public record Look(int colour, Line line, Dot dot) {}

    /**
     * Points of one kind.
     *
     * @param name for the legend
     * @param look how they are drawn
     * @param points by rising x where they are joined
     */
    public record Series(String name, Look look, List<Point> points) {
        public Series {
            points = List.copyOf(points);
        }
    }

    /**
     * One value and its spread.
     *
     * @param x above 0 on a logarithmic axis
     * @param y above 0 on a logarithmic axis
     * @param low end of its spread, NaN for none
     * @param high other end of its spread
     * @param says what a pointer resting on it shows
     */
    public record Point(double x, double y, double low, double high, String says) {
        /** A value without a spread. */
        public static Point of(double x, double y, String says) {
            return new Point(x, y, Double.NaN, Double.NaN, says);
        }
    }

    /**
     * A roof: y = min(slope · x, flat).
     *
     * @param name for the legend
     * @param colour place in the palette
     * @param slope rise with x
     * @param flat greatest y
     */
    public record Limit(String name, int colour, double slope, double flat) {
        double at(double x) {
            return Math.min(slope * x, flat);
        }
    }

    Stream<Point> points() {
        return series.stream().flatMap(s -> s.points().stream());
    }

    /** All that the vertical axis has to reach; of a spread no more than to half and to twice the value. */
    DoubleStream heights() {
        DoubleStream measured = points().flatMapToDouble(p -> Double.isNaN(p.low())
                ? DoubleStream.of(p.y())
                : DoubleStream.of(
                        p.y(),
                        Math.max(Math.min(p.low(), p.high()), p.y() / 2),
                        Math.min(Math.max(p.low(), p.high()), 2 * p.y())));
        return DoubleStream.concat(measured, limits.stream().mapToDouble(Limit::flat));
    }

    /** Whether every x is a power of two. */
    boolean overOctaves() {
        return points().allMatch(p -> {
            double octave = Math.log(p.x()) / Math.log(2);
            return Math.abs(octave - Math.rint(octave)) < 1e-9;
        });
    }
}
