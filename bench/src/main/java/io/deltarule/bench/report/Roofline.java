package io.deltarule.bench.report;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each configuration's kernels reach beside what the device's copy and its multiply-adds, or its matrix product, allow at its operations per byte.
 * Where an engine does not tell its kernels' time, which is the whole run's on a processor, it is the time by the clock.
 */
final class Roofline {
    private static final Map<String, Chart.Dot> DOTS =
            Map.of("forward", Chart.Dot.FILLED, "backward", Chart.Dot.SQUARE, "decode", Chart.Dot.TRIANGLE);

    private Roofline() {}

    /** The picture of one device; null without ceilings or timed rows. */
    static Map<String, Object> of(Place place, List<LocatedRow> rows) {
        ResultsFile.Device device = rows.isEmpty() ? null : rows.getFirst().device();
        if (device == null || Double.isNaN(device.gflops()) || Double.isNaN(device.copyGbytes())) {
            return null;
        }
        Map<String, List<Chart.Point>> points = new LinkedHashMap<>();
        boolean kernels = false;
        for (LocatedRow placed : rows) {
            ResultsFile.Row r = placed.row();
            if (r.timed() && r.flops() > 0 && r.bytes() > 0) {
                kernels |= r.parts().known();
                points.computeIfAbsent(r.direction(), d -> new ArrayList<>()).add(point(r, device));
            }
        }
        if (points.isEmpty()) {
            return null;
        }
        List<Chart.Series> series = new ArrayList<>();
        points.forEach((direction, list) -> series.add(new Chart.Series(
                direction, new Chart.Look(place.colour(), Chart.Line.NONE, DOTS.get(direction)), list)));
        Chart.Limit roof = new Chart.Limit(
                "copy " + AmountText.transferRate(device.copyGbytes()) + ", " + device.ceilingName() + " "
                        + AmountText.operations(device.gflops()),
                Chart.COLOURS - 1,
                device.copyGbytes() * 1e9,
                device.gflops() * 1e9);
        Chart chart = new Chart(
                place.name(),
                Axis.logarithmic("operations per byte"),
                Axis.logarithmic("FLOP/s"),
                series,
                List.of(roof));
        return PageFigure.of(chart, (kernels ? "kernels alone" : "whole runs") + "; the dashed roof: " + roof.name());
    }

    private static Chart.Point point(ResultsFile.Row r, ResultsFile.Device device) {
        double gflops = r.flops() / r.kernelMs() / 1e6;
        double roof = Math.min(device.gflops(), device.copyGbytes() * r.flops() / r.bytes());
        return Chart.Point.of(
                r.flops() / r.bytes(),
                gflops * 1e9,
                r.name() + ": " + AmountText.operations(gflops) + ", " + Math.round(100 * gflops / roof)
                        + " % of the roof");
    }
}
