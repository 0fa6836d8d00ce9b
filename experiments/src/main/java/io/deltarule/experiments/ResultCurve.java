package io.deltarule.experiments;

import io.deltarule.chart.Chart;
import java.util.List;
import java.util.Locale;

/**
 * One thing over the axis of its panel.
 *
 * @param name for people
 * @param kind what its numbers are
 * @param look how it is drawn
 * @param points by rising x
 */
public record ResultCurve(String name, Kind kind, Chart.Look look, List<ResultPoint> points) {
    /** The colour of what is no contender. */
    static final int GREY = 7;

    public ResultCurve {
        points = List.copyOf(points);
    }

    /** What a curve's numbers are. */
    public enum Kind {
        /** Found here, by every seed. */
        MEASURED,
        /** What a formula says. */
        LAW,
        /** What guessing gives. */
        CHANCE,
        /** What others published, at their size. */
        PUBLISHED;

        /** Its name in documents. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What was found, a solid line with dots. */
    public static ResultCurve measured(String name, int colour, List<ResultPoint> points) {
        return new ResultCurve(name, Kind.MEASURED, new Chart.Look(colour, Chart.Line.SOLID, Chart.Dot.FILLED), points);
    }

    /** The law for what has the same colour, a dashed line. */
    public static ResultCurve law(String name, int colour, List<ResultPoint> points) {
        return new ResultCurve(name, Kind.LAW, new Chart.Look(colour, Chart.Line.DASHED, Chart.Dot.NONE), points);
    }

    /** What guessing gives, a fine grey line. */
    public static ResultCurve chance(String name, List<ResultPoint> points) {
        return new ResultCurve(name, Kind.CHANCE, new Chart.Look(GREY, Chart.Line.DOTTED, Chart.Dot.NONE), points);
    }

    /** What others published about what has the same colour, squares. */
    public static ResultCurve published(String name, int colour, List<ResultPoint> points) {
        return new ResultCurve(name, Kind.PUBLISHED, new Chart.Look(colour, Chart.Line.NONE, Chart.Dot.SQUARE), points);
    }
}
