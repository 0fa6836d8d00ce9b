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

    private record Direction(Place place, boolean in) {
        Chart.Look look() {
            return in
                    ? new Chart.Look(place.colour(), Chart.Line.SOLID, Chart.Dot.FILLED)
                    : new Chart.Look(place.colour(), Chart.Line.DASHED, Chart.Dot.HOLLOW);
        }
    }

    /** The curve of all places; null where fewer than two sizes were timed. */
    static Chart chart(List<ResultsFile> files, Places places) {
        Map<Direction, List<Chart.Point>> points = new LinkedHashMap<>();
        for (ResultsFile file : files) {
            for (ResultsFile.Transfer t : file.transfers()) {
                Place place = places.of(file, t.engine(), t.device());
                add(points, new Direction(place, true), t.bytes(), t.inGbytes());
                add(points, new Direction(place, false), t.bytes(), t.outGbytes());
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
        points.forEach((direction, list) -> {
            list.sort(Comparator.comparingDouble(Chart.Point::x));
            series.add(new Chart.Series(
                    direction.place().name() + (direction.in() ? ", to the device" : ", back"),
                    direction.look(),
                    list));
        });
        return new Chart(
                "Copies between host and device",
                Axis.logarithmic("bytes"),
                Axis.logarithmic("bytes per second"),
                series,
                List.of());
    }

    private static void add(
            Map<Direction, List<Chart.Point>> points, Direction direction, double bytes, double gbytes) {
        if (Double.isFinite(gbytes)) {
            points.computeIfAbsent(direction, d -> new ArrayList<>())
                    .add(Chart.Point.of(
                            bytes, gbytes * 1e9, AmountText.bytes(bytes) + ": " + AmountText.transferRate(gbytes)));
        }
    }

    /** A line per block, with what went wrong. */
    static List<Map<String, Object>> lines(List<ResultsFile> files, Places places) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (ResultsFile file : files) {
            for (ResultsFile.Transfer t : file.transfers()) {
                Place place = places.of(file, t.engine(), t.device());
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("place", place.name());
                line.put("colour", place.colour());
                line.put("bytes", AmountText.bytes(t.bytes()));
                line.put("rawBytes", t.bytes());
                line.put("median", AmountText.time(t.medianMs()));
                line.put("rawMedian", AmountText.raw(t.medianMs()));
                line.put("in", AmountText.transferRate(t.inGbytes()));
                line.put("rawIn", AmountText.raw(t.inGbytes()));
                line.put("out", AmountText.transferRate(t.outGbytes()));
                line.put("rawOut", AmountText.raw(t.outGbytes()));
                line.put("status", t.status());
                line.put("problem", t.problem());
                lines.add(line);
            }
        }
        return lines;
    }
}
