package io.deltarule.bench.report;

import io.deltarule.chart.Axis;
import io.deltarule.chart.Chart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies to devices and back over the size of the block. */
final class TransferTable {
    private TransferTable() {}

    /** The curve of all places; null where fewer than two sizes were timed. */
    static Chart chart(List<ResultsFile> files) {
        Map<String, List<Chart.Point>> points = new LinkedHashMap<>();
        for (ResultsFile file : files) {
            String label = files.size() == 1 ? "" : file.label() + ": ";
            for (ResultsFile.Transfer t : file.transfers()) {
                add(points, label + t.where() + ", in", t.bytes(), t.inGbytes());
                add(points, label + t.where() + ", out", t.bytes(), t.outGbytes());
            }
        }
        long sizes = points.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Chart.Point::x)
                .distinct()
                .count();
        if (sizes < 2) {
            return null;
        }
        List<Chart.Series> series = new ArrayList<>();
        points.forEach((name, list) -> {
            list.sort(Comparator.comparingDouble(Chart.Point::x));
            series.add(new Chart.Series(name, series.size() % Chart.COLOURS, Chart.Mark.LINE, list));
        });
        return new Chart(
                "Copies between host and device",
                Axis.logarithmic("bytes"),
                Axis.logarithmic("GB/s"),
                series,
                List.of());
    }

    private static void add(Map<String, List<Chart.Point>> points, String name, double bytes, double rate) {
        if (Double.isFinite(rate)) {
            points.computeIfAbsent(name, n -> new ArrayList<>())
                    .add(new Chart.Point(
                            bytes,
                            rate,
                            Double.NaN,
                            Double.NaN,
                            AmountText.bytes(bytes) + ": " + AmountText.value(rate) + " GB/s"));
        }
    }

    /** A line per block, with what went wrong. */
    static List<Map<String, Object>> lines(List<ResultsFile> files) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (ResultsFile file : files) {
            for (ResultsFile.Transfer t : file.transfers()) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("where", files.size() == 1 ? t.where() : file.label() + ": " + t.where());
                line.put("bytes", AmountText.bytes(t.bytes()));
                line.put("rawBytes", t.bytes());
                line.put("median", AmountText.time(t.medianMs()));
                line.put("rawMedian", AmountText.raw(t.medianMs()));
                line.put("in", AmountText.value(t.inGbytes()));
                line.put("rawIn", AmountText.raw(t.inGbytes()));
                line.put("out", AmountText.value(t.outGbytes()));
                line.put("rawOut", AmountText.raw(t.outGbytes()));
                line.put("status", t.status());
                line.put("problem", t.problem());
                lines.add(line);
            }
        }
        return lines;
    }
}
