package io.deltarule.chart;

import io.deltarule.chart.SvgWriter.Place;
import java.util.List;
import java.util.stream.DoubleStream;

/** A {@link Chart} as an SVG element; its letters stay readable when a phone shrinks the picture to its width. */
public final class SvgChart {
    private static final int LEFT = 60;
    private static final int RIGHT = 12;
    private static final int TOP = 12;
    private static final int BOTTOM = 48;
    private static final double RADIUS = 3.5;

    private final Chart chart;
    private final int width;
    private final int height;
    private final Scale x;
    private final Scale y;
    private final SvgWriter svg;

    private SvgChart(Chart chart, int width, int height, SvgWriter svg) {
        this.chart = chart;
        this.width = width;
        this.height = height;
        this.svg = svg;
        Scale across = chart.x()
                .scale(
                        least(chart.points().mapToDouble(Chart.Point::x)),
                        most(chart.points().mapToDouble(Chart.Point::x)),
                        LEFT,
                        width - RIGHT);
        x = across instanceof LogScale log && chart.overOctaves() ? log.inOctaves() : across;
        y = chart.y().scale(least(chart.heights()), most(chart.heights()), height - BOTTOM, TOP);
    }

    /**
     * Draws a chart as an element of a page.
     *
     * @param chart has at least one point
     * @return the element
     */
    public static String of(Chart chart) {
        int width = 440;
        int height = 320;
        SvgWriter svg = new SvgWriter();
        svg.raw("<svg class=\"chart\" viewBox=\"0 0 " + width + " " + height + "\" role=\"img\" aria-label=\""
                + Markup.escape(chart.title()) + "\">");
        draw(chart, width, height, svg);
        return svg.raw("</svg>").toString();
    }

    /** Draws a chart in the upper left corner of a picture. */
    static void draw(Chart chart, int width, int height, SvgWriter svg) {
        new SvgChart(chart, width, height, svg).draw();
    }

    private static double least(DoubleStream values) {
        return values.min().orElseThrow();
    }

    private static double most(DoubleStream values) {
        return values.max().orElseThrow();
    }

    private void draw() {
        grid();
        chart.limits().forEach(this::limit);
        chart.series().forEach(this::series);
    }

    private void grid() {
        double bottom = height - BOTTOM;
        for (Scale.Tick tick : x.ticks()) {
            double at = x.at(tick.value());
            svg.line("grid", new Place(at, TOP), new Place(at, bottom));
            svg.text("tick", new Place(at, bottom + 18), "middle", tick.label());
        }
        for (Scale.Tick tick : y.ticks()) {
            double at = y.at(tick.value());
            svg.line("grid", new Place(LEFT, at), new Place(width - RIGHT, at));
            svg.text("tick", new Place(LEFT - 6, at + 4), "end", tick.label());
        }
        svg.text(
                "axis",
                new Place((LEFT + width - RIGHT) / 2.0, height - 8),
                "middle",
                chart.x().name());
        svg.upwards("axis", new Place(14, (TOP + bottom) / 2), chart.y().name());
    }

    private void limit(Chart.Limit limit) {
        double knee = Math.clamp(limit.flat() / limit.slope(), x.least(), x.most());
        double begin = Math.clamp(y.least() / limit.slope(), x.least(), x.most());
        List<Place> corners = DoubleStream.of(begin, knee, x.most())
                .mapToObj(at -> new Place(x.at(at), y.at(Math.max(limit.at(at), y.least()))))
                .toList();
        svg.path("limit c" + limit.colour(), corners, limit.name());
    }

    private void series(Chart.Series series) {
        Chart.Look look = series.look();
        String colour = " c" + look.colour();
        if (look.line() != Chart.Line.NONE) {
            svg.path(
                    look.line().style() + colour,
                    series.points().stream().map(this::place).toList(),
                    null);
        }
        if (look.dot() == Chart.Dot.NONE) {
            return;
        }
        for (Chart.Point point : series.points()) {
            double at = x.at(point.x());
            if (!Double.isNaN(point.low())) {
                svg.line(
                        "spread" + colour,
                        new Place(at, y.at(shown(point.low()))),
                        new Place(at, y.at(shown(point.high()))));
            }
            svg.dot(look.dot(), look.colour(), place(point), RADIUS, point.says());
        }
    }

    /**
     * How a series looks, as an element of a page's legend.
     *
     * @param look its look
     * @return the element
     */
    public static String sample(Chart.Look look) {
        SvgWriter svg = new SvgWriter();
        svg.raw("<svg class=\"sample\" viewBox=\"0 0 30 12\" aria-hidden=\"true\">");
        sample(svg, look, 1, 6, 28);
        return svg.raw("</svg>").toString();
    }

    static void sample(SvgWriter svg, Chart.Look look, double x, double y, double width) {
        String colour = " c" + look.colour();
        if (look.line() != Chart.Line.NONE) {
            svg.line(look.line().style() + colour, new Place(x, y), new Place(x + width, y));
        }
        if (look.dot() != Chart.Dot.NONE) {
            svg.dot(look.dot(), look.colour(), new Place(x + width / 2, y), RADIUS, null);
        }
    }

    private double shown(double height) {
        return Math.clamp(height, y.least(), y.most());
    }

    private Place place(Chart.Point point) {
        return new Place(x.at(point.x()), y.at(point.y()));
    }
}
