package io.deltarule.bench.report;

import io.deltarule.chart.Chart;
import io.deltarule.chart.SvgChart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A picture of the page with its words: what the template shows of a chart. */
final class PageFigure {
    private PageFigure() {}

    static Map<String, Object> of(Chart chart, String note) {
        List<Map<String, Object>> legend = new ArrayList<>();
        chart.series().forEach(s -> legend.add(entry(s.name(), s.look())));
        return of(chart.title(), note, SvgChart.of(chart), legend);
    }

    static Map<String, Object> of(String title, String note, String svg, List<Map<String, Object>> legend) {
        return Map.of("title", title, "note", note, "svg", svg, "legend", legend);
    }

    /** A line of a legend. */
    static Map<String, Object> entry(String name, Chart.Look look) {
        return Map.of("name", name, "sample", SvgChart.sample(look));
    }
}
