package io.deltarule.chart;

import io.deltarule.chart.SvgWriter.Place;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;

/** {@link DotRows} as an SVG element; names stand above their rows, so that long ones cost no width. */
public final class SvgDotRows {
    private static final int WIDTH = 440;
    private static final int LEFT = 16;
    private static final int RIGHT = 16;
    private static final int ROW = 38;
    private static final int BOTTOM = 48;

    private SvgDotRows() {}

    /**
     * Draws rows as an element of a page.
     *
     * @param rows have at least one value
     * @return the element
     */
    public static String of(DotRows rows) {
        double[] values = rows.rows().stream()
                .flatMapToDouble(row -> row.values().stream().mapToDouble(DotRows.Value::value))
                .toArray();
        Scale x = LogScale.around(
                DoubleStream.of(values).min().orElseThrow(),
                DoubleStream.of(values).max().orElseThrow(),
                LEFT,
                WIDTH - RIGHT);
        int bottom = rows.rows().size() * ROW + 8;
        int height = bottom + BOTTOM;
        SvgWriter svg = new SvgWriter();
        svg.raw("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\" aria-label=\""
                + Markup.escape(rows.title()) + "\">");
        for (Scale.Tick tick : x.ticks()) {
            double at = x.at(tick.value());
            svg.line("grid", new Place(at, 0), new Place(at, bottom));
            svg.text("tick", new Place(at, bottom + 18), "middle", tick.label());
        }
        svg.text("axis", new Place(WIDTH / 2.0, height - 8), "middle", rows.axis());
        for (int i = 0; i < rows.rows().size(); i++) {
            row(svg, rows.rows().get(i), i * ROW, x);
        }
        return svg.raw("</svg>").toString();
    }

    private static void row(SvgWriter svg, DotRows.Row row, double top, Scale x) {
        double y = top + 28;
        svg.text("name", new Place(LEFT, top + 15), "start", row.name());
        svg.line("grid", new Place(LEFT, y), new Place(WIDTH - RIGHT, y));
        // filled dots last, so that a ring nearby does not hide one
        List<DotRows.Value> values = row.values().stream()
                .sorted(Comparator.comparing(value -> value.dot() != Chart.Dot.HOLLOW))
                .toList();
        for (DotRows.Value value : values) {
            svg.dot(value.dot(), value.colour(), new Place(x.at(value.value()), y), 5, value.says());
        }
    }
}
