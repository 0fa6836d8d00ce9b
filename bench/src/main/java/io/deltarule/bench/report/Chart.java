package io.deltarule.bench.report;

import java.util.List;

/**
 * Points over two logarithmic axes.
 *
 * @param title what it shows
 * @param x name and unit of the horizontal axis
 * @param y name and unit of the vertical axis
 * @param series drawn in this order, coloured by place
 * @param limits lines that nothing can pass, drawn dashed
 */
record Chart(String title, String x, String y, List<Series> series, List<Limit> limits) {
    /** How many colours the page's palette has. */
    static final int COLOURS = 8;

    Chart {
        series = List.copyOf(series);
        limits = List.copyOf(limits);
    }

    /**
     * Points of one kind.
     *
     * @param name for the legend
     * @param colour place in the palette
     * @param joined whether a line joins them
     * @param points by rising x where they are joined
     */
    record Series(String name, int colour, boolean joined, List<Point> points) {}

    /**
     * One value and its spread.
     *
     * @param x above 0
     * @param y above 0
     * @param low end of its spread, NaN for none
     * @param high other end of its spread
     * @param says what a pointer resting on it shows
     */
    record Point(double x, double y, double low, double high, String says) {}

    /**
     * A roof: y = min(slope · x, flat).
     *
     * @param name for the legend
     * @param colour place in the palette
     * @param slope rise with x
     * @param flat greatest y
     */
    record Limit(String name, int colour, double slope, double flat) {
        double at(double x) {
            return Math.min(slope * x, flat);
        }
    }
}
