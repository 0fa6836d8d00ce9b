package io.deltarule.chart;

import java.util.List;
import java.util.Locale;

/** SVG elements one after the other. Numbers have one decimal, so that a picture is the same from run to run and small. */
final class SvgWriter {
    private final StringBuilder svg = new StringBuilder();

    /**
     * A place in the picture.
     *
     * @param x to the right
     * @param y downwards
     */
    record Place(double x, double y) {}

    SvgWriter raw(String markup) {
        svg.append(markup);
        return this;
    }

    void line(String style, Place from, Place to) {
        svg.append("<line class=\"").append(style).append('"');
        attribute("x1", from.x());
        attribute("y1", from.y());
        attribute("x2", to.x());
        attribute("y2", to.y());
        svg.append("/>");
    }

    /** A line through several places; its title is what a pointer resting on it shows, null for none. */
    void path(String style, List<Place> corners, String title) {
        svg.append("<polyline class=\"").append(style).append("\" points=\"");
        for (int i = 0; i < corners.size(); i++) {
            svg.append(i == 0 ? "" : " ")
                    .append(number(corners.get(i).x()))
                    .append(',')
                    .append(number(corners.get(i).y()));
        }
        svg.append('"');
        close("polyline", title);
    }

    /** A value; its title is what a pointer resting on it shows, null for none. */
    void dot(Chart.Dot dot, int colour, Place middle, double radius, String title) {
        String style = " class=\"" + (dot == Chart.Dot.HOLLOW ? "ring c" : "dot c") + colour + '"';
        double x = middle.x();
        double y = middle.y();
        switch (dot) {
            case NONE -> {}
            case FILLED, HOLLOW -> {
                svg.append("<circle").append(style);
                attribute("cx", x);
                attribute("cy", y);
                attribute("r", radius);
                close("circle", title);
            }
            case SQUARE -> {
                svg.append("<rect").append(style);
                attribute("x", x - 0.9 * radius);
                attribute("y", y - 0.9 * radius);
                attribute("width", 1.8 * radius);
                attribute("height", 1.8 * radius);
                close("rect", title);
            }
            case TRIANGLE -> {
                svg.append("<polygon").append(style).append(" points=\"");
                corner(x, y - 1.2 * radius);
                corner(x + 1.15 * radius, y + radius);
                corner(x - 1.15 * radius, y + radius);
                svg.append('"');
                close("polygon", title);
            }
        }
    }

    private void corner(double x, double y) {
        svg.append(number(x)).append(',').append(number(y)).append(' ');
    }

    /** A text; its anchor is start, middle or end. */
    void text(String style, Place at, String anchor, String text) {
        svg.append("<text class=\"").append(style).append('"');
        attribute("x", at.x());
        attribute("y", at.y());
        if (!anchor.equals("start")) {
            svg.append(" text-anchor=\"").append(anchor).append('"');
        }
        svg.append('>').append(Markup.escape(text)).append("</text>");
    }

    /** A text that runs upwards, its middle at a place. */
    void upwards(String style, Place at, String text) {
        svg.append("<g transform=\"translate(")
                .append(number(at.x()))
                .append(' ')
                .append(number(at.y()))
                .append(") rotate(-90)\">");
        text(style, new Place(0, 0), "middle", text);
        svg.append("</g>");
    }

    private void attribute(String name, double value) {
        svg.append(' ').append(name).append("=\"").append(number(value)).append('"');
    }

    private void close(String element, String title) {
        if (title == null) {
            svg.append("/>");
        } else {
            svg.append("><title>")
                    .append(Markup.escape(title))
                    .append("</title></")
                    .append(element)
                    .append('>');
        }
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    @Override
    public String toString() {
        return svg.toString();
    }
}
