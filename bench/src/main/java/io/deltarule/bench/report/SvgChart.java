package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A chart as an SVG element. Colours are classes that the page's style sheet fills in, so one picture serves light and
 * dark pages; the letters stay readable when a phone shrinks the picture to its width.
 */
final class SvgChart {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 320;
    private static final int LEFT = 62;
    private static final int RIGHT = 12;
    private static final int TOP = 12;
    private static final int BOTTOM = 46;

    private final Chart chart;
    private final boolean powersOfTwo;
    private final LogAxis x;
    private final LogAxis y;
    private final StringBuilder svg = new StringBuilder();

    private SvgChart(Chart chart) {
        this.chart = chart;
        powersOfTwo = points().allMatch(value -> value >= 1 && Math.abs(log2(value) - Math.rint(log2(value))) < 1e-9);
        x = LogAxis.around(least(points()), most(points()), LEFT, WIDTH - RIGHT);
        y = LogAxis.around(least(heights()), most(heights()), HEIGHT - BOTTOM, TOP);
    }

    /**
     * Draws.
     *
     * @param chart has at least one point
     * @return the element
     */
    static String of(Chart chart) {
        return new SvgChart(chart).draw();
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private DoubleStream points() {
        return chart.series().stream().flatMap(s -> s.points().stream()).mapToDouble(Chart.Point::x);
    }

    private DoubleStream heights() {
        DoubleStream measured = chart.series().stream()
                .flatMap(s -> s.points().stream())
                .flatMapToDouble(p ->
                        Double.isNaN(p.low()) ? DoubleStream.of(p.y()) : DoubleStream.of(p.y(), p.low(), p.high()));
        return DoubleStream.concat(measured, chart.limits().stream().mapToDouble(Chart.Limit::flat));
    }

    private static double least(DoubleStream values) {
        return values.min().orElseThrow();
    }

    private static double most(DoubleStream values) {
        return values.max().orElseThrow();
    }

    private String draw() {
        svg.append("<svg viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(HEIGHT)
                .append("\" role=\"img\" aria-label=\"")
                .append(HtmlEscape.escape(chart.title()))
                .append("\">");
        grid();
        chart.limits().forEach(this::limit);
        chart.series().forEach(this::series);
        return svg.append("</svg>").toString();
    }

    private void grid() {
        double bottom = HEIGHT - BOTTOM;
        for (double tick : x.ticks(powersOfTwo)) {
            line("grid", x.at(tick), TOP, x.at(tick), bottom);
            text("tick", x.at(tick), bottom + 18, "middle", LogAxis.label(tick, powersOfTwo));
        }
        for (double tick : y.ticks(false)) {
            line("grid", LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick));
            text("tick", LEFT - 6, y.at(tick) + 4, "end", LogAxis.label(tick, false));
        }
        text("axis", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", chart.x());
        svg.append("<g transform=\"translate(14 ")
                .append(number((TOP + bottom) / 2))
                .append(") rotate(-90)\">");
        text("axis", 0, 0, "middle", chart.y());
        svg.append("</g>");
    }

    private void limit(Chart.Limit limit) {
        double knee = Math.clamp(limit.flat() / limit.slope(), x.least(), x.most());
        double begin = Math.clamp(y.least() / limit.slope(), x.least(), x.most());
        List<String> corners = new ArrayList<>();
        for (double at : new double[] {begin, knee, x.most()}) {
            corners.add(place(at, Math.max(limit.at(at), y.least())));
        }
        svg.append("<polyline class=\"limit c")
                .append(limit.colour())
                .append("\" points=\"")
                .append(String.join(" ", corners))
                .append("\"><title>")
                .append(HtmlEscape.escape(limit.name()))
                .append("</title></polyline>");
    }

    private void series(Chart.Series series) {
        if (series.joined()) {
            List<String> corners =
                    series.points().stream().map(p -> place(p.x(), p.y())).toList();
            svg.append("<polyline class=\"line c")
                    .append(series.colour())
                    .append("\" points=\"")
                    .append(String.join(" ", corners))
                    .append("\"/>");
        }
        for (Chart.Point point : series.points()) {
            if (!Double.isNaN(point.low())) {
                line(
                        "spread c" + series.colour(),
                        x.at(point.x()),
                        y.at(point.low()),
                        x.at(point.x()),
                        y.at(point.high()));
            }
            svg.append("<circle class=\"dot c")
                    .append(series.colour())
                    .append("\" cx=\"")
                    .append(number(x.at(point.x())))
                    .append("\" cy=\"")
                    .append(number(y.at(point.y())))
                    .append("\" r=\"4\"><title>")
                    .append(HtmlEscape.escape(point.says()))
                    .append("</title></circle>");
        }
    }

    private String place(double atX, double atY) {
        return number(x.at(atX)) + "," + number(y.at(atY));
    }

    private void line(String style, double fromX, double fromY, double toX, double toY) {
        svg.append("<line class=\"").append(style);
        svg.append("\" x1=\"").append(number(fromX)).append("\" y1=\"").append(number(fromY));
        svg.append("\" x2=\"")
                .append(number(toX))
                .append("\" y2=\"")
                .append(number(toY))
                .append("\"/>");
    }

    private void text(String style, double atX, double atY, String anchor, String text) {
        svg.append("<text class=\"").append(style).append("\" x=\"").append(number(atX));
        svg.append("\" y=\"")
                .append(number(atY))
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\">");
        svg.append(HtmlEscape.escape(text)).append("</text>");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
