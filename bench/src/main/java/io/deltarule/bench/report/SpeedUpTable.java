package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Devices beside each other: how much faster each is than the first, as the geometric mean over the configurations that both
 * ran, and every such configuration by itself.
 */
final class SpeedUpTable {
    private static final Map<String, Predicate<ResultsFile.Row>> GROUPS = groups();

    private final List<Place> places;
    /** Medians in milliseconds by configuration and place, of configurations that ran in two places or more. */
    private final Map<String, Map<Place, ResultsFile.Row>> shared = new LinkedHashMap<>();

    SpeedUpTable(List<Place> places, List<LocatedRow> rows) {
        this.places = places;
        for (LocatedRow placed : rows) {
            if (placed.row().timed()) {
                shared.computeIfAbsent(placed.configuration(), c -> new LinkedHashMap<>())
                        .put(placed.place(), placed.row());
            }
        }
        shared.values().removeIf(found -> found.size() < 2);
    }

    private static Map<String, Predicate<ResultsFile.Row>> groups() {
        Map<String, Predicate<ResultsFile.Row>> groups = new LinkedHashMap<>();
        groups.put("all", row -> true);
        groups.put("prefill", row -> operation(row) && row.direction().equals("forward"));
        groups.put("decoding", row -> operation(row) && row.direction().equals("decode"));
        groups.put("backward pass", row -> row.direction().equals("backward"));
        groups.put(
                "layers and models", row -> !operation(row) && !row.direction().equals("backward"));
        return groups;
    }

    private static boolean operation(ResultsFile.Row row) {
        return row.subject().equals("operation");
    }

    /** Whether anything ran in two places. */
    boolean isEmpty() {
        return shared.isEmpty();
    }

    /** How much faster one place is than another over what both ran. */
    Mean mean(Place fast, Place slow, Predicate<ResultsFile.Row> which) {
        double sum = 0;
        int count = 0;
        for (Map<Place, ResultsFile.Row> found : shared.values()) {
            ResultsFile.Row one = found.get(fast);
            ResultsFile.Row other = found.get(slow);
            if (one != null && other != null && which.test(one)) {
                sum += Math.log(other.medianMs() / one.medianMs());
                count++;
            }
        }
        return new Mean(Math.exp(sum / count), count);
    }

    /**
     * A geometric mean.
     *
     * @param value NaN over nothing
     * @param count over how many
     */
    record Mean(double value, int count) {
        String text() {
            return count == 0 ? "" : times(value);
        }
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, ratio >= 99.5 ? "%.0f×" : ratio >= 9.95 ? "%.1f×" : "%.2f×", ratio);
    }

    /** A line per group of configurations, a cell per place but the first. */
    List<Map<String, Object>> means() {
        List<Map<String, Object>> lines = new ArrayList<>();
        GROUPS.forEach((name, which) -> {
            List<Map<String, Object>> cells = new ArrayList<>();
            for (Place place : others()) {
                Mean mean = mean(place, places.getFirst(), which);
                cells.add(Map.of("times", mean.text(), "count", mean.count() == 0 ? "" : "of " + mean.count()));
            }
            if (cells.stream().anyMatch(cell -> !cell.get("times").equals(""))) {
                lines.add(Map.of("group", name, "cells", cells));
            }
        });
        return lines;
    }

    /** All places but the one that they are compared with. */
    List<Place> others() {
        return places.subList(1, places.size());
    }

    /** A line per configuration: every place's time and how often it goes into the slowest. */
    List<Map<String, Object>> lines() {
        List<Map<String, Object>> lines = new ArrayList<>();
        shared.forEach((name, found) -> {
            double slowest = found.values().stream()
                    .mapToDouble(ResultsFile.Row::medianMs)
                    .max()
                    .orElseThrow();
            List<Map<String, Object>> times = new ArrayList<>();
            for (Place place : places) {
                ResultsFile.Row row = found.get(place);
                times.add(
                        row == null
                                ? Map.of("time", "", "times", "", "raw", "")
                                : Map.of(
                                        "time",
                                        AmountText.time(row.medianMs()),
                                        "times",
                                        times(slowest / row.medianMs()),
                                        "raw",
                                        row.medianMs()));
            }
            lines.add(Map.of("name", name, "times", times));
        });
        return lines;
    }
}
