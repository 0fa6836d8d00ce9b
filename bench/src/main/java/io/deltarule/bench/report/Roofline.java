package io.deltarule.bench.report;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import io.deltarule.chart.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What each configuration reaches beside what the device's copy and matrix product allow at its operations per byte. */
final class Roofline {
    private Roofline() {}

    /** The picture of one device; null without ceilings or timed rows. */
    static Chart of(String where, List<LocatedRow> rows) {
        ResultsFile.Device device = rows.isEmpty() ? null : rows.getFirst().device();
        if (device == null || Double.isNaN(device.sgemmGflops()) || Double.isNaN(device.copyGbytes())) {
            return null;
        }
        Map<String, List<Chart.Point>> points = new LinkedHashMap<>();
        for (LocatedRow placed : rows) {
            ResultsFile.Row r = placed.row();
            if (r.timed() && r.flops() > 0 && r.bytes() > 0) {
                double roof = Math.min(device.sgemmGflops(), device.copyGbytes() * r.flops() / r.bytes());
                points.computeIfAbsent(r.direction(), d -> new ArrayList<>())
                        .add(new Chart.Point(
                                r.flops() / r.bytes(),
                                r.gflops(),
                                Double.NaN,
                                Double.NaN,
                                r.name() + ": " + Quantity.decimal(r.gflops()) + " GFLOP/s, "
                                        + Math.round(100 * r.gflops() / roof) + " % of the roof"));
            }
        }
        if (points.isEmpty()) {
            return null;
        }
        List<Chart.Series> series = new ArrayList<>();
        points.forEach((direction, list) ->
                series.add(new Chart.Series(direction, series.size() % Chart.COLOURS, Chart.Mark.DOTS, list)));
        Chart.Limit roof = new Chart.Limit(
                "copy " + Quantity.decimal(device.copyGbytes()) + " GB/s, matrix product "
                        + Quantity.decimal(device.sgemmGflops()) + " GFLOP/s",
                Chart.COLOURS - 1,
                device.copyGbytes(),
                device.sgemmGflops());
        return new Chart(
                "Roofline of " + where,
                Axis.logarithmic("operations per byte"),
                Axis.logarithmic("GFLOP/s"),
                series,
                List.of(roof));
    }
}
