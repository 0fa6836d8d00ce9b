package io.deltarule.chart;

import io.deltarule.chart.SvgWriter.Place;

/**
 * A {@link Figure} as an SVG file. Its background is its own, so that it reads on light and on dark pages, and its colours
 * are such that readers who see few of them can tell them apart too.
 */
public final class SvgFigure {
    private static final int PANEL_WIDTH = 470;
    private static final int CHART_HEIGHT = 290;
    private static final int HEADING_HEIGHT = 30;
    private static final int LEGEND_COLUMNS = 3;
    private static final int LEGEND_ROW = 20;
    private static final int MARGIN = 12;

    private static final String STYLE = """
            text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #222 }
            .tick { font-size: 11px; fill: #444 }
            .heading { font-size: 13px; font-weight: bold }
            .page { fill: #fff }
            .grid { stroke: #e4e4e4 }
            .solid, .dashed, .dotted, .limit { fill: none; stroke: currentColor; stroke-linejoin: round }
            .solid { stroke-width: 2.2 }
            .dashed { stroke-width: 1.8; stroke-dasharray: 6 4 }
            .dotted { stroke-width: 1.4; stroke-dasharray: 2 3 }
            .limit { stroke-width: 2; stroke-dasharray: 6 4 }
            .spread { stroke: currentColor; stroke-width: 1.2; opacity: .6 }
            .dot { fill: currentColor }
            .ring { fill: #fff; stroke: currentColor; stroke-width: 2 }
            .c0 { color: #0072b2 } .c1 { color: #d55e00 } .c2 { color: #007a5e } .c3 { color: #8a4fb0 }
            .c4 { color: #b0325f } .c5 { color: #7b6a12 } .c6 { color: #0e8794 } .c7 { color: #777 }
            """;

    private SvgFigure() {}

    /**
     * Draws.
     *
     * @param figure has at least one panel
     * @return an SVG document
     */
    public static String of(Figure figure) {
        int columns = Math.min(2, figure.panels().size());
        int width = columns * PANEL_WIDTH;
        int legendHeight = MARGIN + Math.ceilDiv(figure.legend().size(), LEGEND_COLUMNS) * LEGEND_ROW;
        int panelHeight = HEADING_HEIGHT + CHART_HEIGHT;
        int height = legendHeight + Math.ceilDiv(figure.panels().size(), columns) * panelHeight + MARGIN;
        SvgWriter svg = new SvgWriter();
        svg.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height + "\" width=\""
                + width + "\" height=\"" + height + "\">\n<title>" + Markup.escape(figure.title())
                + "</title>\n<style>\n" + STYLE + "</style>\n");
        svg.raw("<rect class=\"page\" width=\"" + width + "\" height=\"" + height + "\"/>");
        for (int i = 0; i < figure.legend().size(); i++) {
            int row = i / LEGEND_COLUMNS;
            double x = 30 + i % LEGEND_COLUMNS * ((width - 30.0) / LEGEND_COLUMNS);
            entry(svg, figure.legend().get(i), x, MARGIN + (row + 0.5) * LEGEND_ROW);
        }
        for (int i = 0; i < figure.panels().size(); i++) {
            svg.raw("\n<g transform=\"translate(" + i % columns * PANEL_WIDTH + " "
                    + (legendHeight + i / columns * panelHeight) + ")\">");
            panel(svg, figure.panels().get(i));
            svg.raw("</g>");
        }
        return svg.raw("\n</svg>\n").toString();
    }

    private static void entry(SvgWriter svg, Figure.Entry entry, double x, double y) {
        SvgChart.sample(svg, entry.look(), x, y, 34);
        svg.text("entry", new Place(x + 42, y + 4), "start", entry.text());
    }

    private static void panel(SvgWriter svg, Figure.Panel panel) {
        svg.raw("<text x=\"60\" y=\"" + (HEADING_HEIGHT - 6) + "\"><tspan class=\"heading\">"
                + Markup.escape(panel.heading()) + "</tspan><tspan dx=\"10\">" + Markup.escape(panel.detail())
                + "</tspan></text>");
        svg.raw("<g transform=\"translate(0 " + HEADING_HEIGHT + ")\">");
        SvgChart.draw(panel.chart(), PANEL_WIDTH, CHART_HEIGHT, svg);
        svg.raw("</g>");
    }
}
