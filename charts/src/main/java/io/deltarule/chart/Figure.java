package io.deltarule.chart;

import java.util.List;

/**
 * Charts with one legend, as a picture of its own.
 *
 * @param title what all of it shows
 * @param legend above the charts, in reading order
 * @param panels in reading order, two side by side
 */
public record Figure(String title, List<Entry> legend, List<Panel> panels) {
    public Figure {
        legend = List.copyOf(legend);
        panels = List.copyOf(panels);
    }

    /**
     * What the series of one look are.
     *
     * @param text for people
     * @param look how they are drawn
     */
    public record Entry(String text, Chart.Look look) {}

    /**
     * A chart and what stands above it.
     *
     * @param heading what it shows, short
     * @param detail what is fixed; may be empty
     * @param chart its points
     */
    public record Panel(String heading, String detail, Chart chart) {}
}
