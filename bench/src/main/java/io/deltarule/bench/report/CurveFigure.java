package io.deltarule.bench.report;

import io.deltarule.chart.Chart;
import io.deltarule.chart.Figure;
import io.deltarule.chart.SvgChart;
import java.util.List;
import java.util.Map;

/**
 * A curve with its words.
 *
 * @param note what it shows, and what is the same all along it
 * @param chart its points
 * @param legend what colours and lines are
 */
record CurveFigure(String note, Chart chart, List<Figure.Entry> legend) {
    /** For the page's template. */
    Map<String, Object> onPage() {
        return PageFigure.of(
                chart.title(),
                note,
                SvgChart.of(chart),
                legend.stream()
                        .map(entry -> PageFigure.entry(entry.text(), entry.look()))
                        .toList());
    }
}
