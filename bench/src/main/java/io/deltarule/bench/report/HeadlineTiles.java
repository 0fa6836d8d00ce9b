package io.deltarule.bench.report;

import io.deltarule.chart.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The five numbers that stand first, each with what it means and where it was measured. */
final class HeadlineTiles {
    private static final int TILES = 5;

    private final List<LocatedRow> rows;
    private final SpeedUpTable speedUps;
    private final List<Place> places;

    HeadlineTiles(List<LocatedRow> rows, List<Place> places, SpeedUpTable speedUps) {
        this.rows = rows.stream().filter(placed -> placed.row().timed()).toList();
        this.places = places;
        this.speedUps = speedUps;
    }

    /** As many as the rows allow, five at most. */
    List<Map<String, Object>> tiles() {
        List<Map<String, Object>> tiles = new ArrayList<>();
        Stream.of(speedUp(), prefill(), decoding(), growth(), share(), error())
                .flatMap(Optional::stream)
                .forEach(tiles::add);
        if (tiles.size() > TILES) {
            tiles.remove(TILES - 1); // the share of the ceiling: the rooflines show it too
        }
        return tiles;
    }

    private static Map<String, Object> tile(String number, String title, String means, Place place) {
        return Map.of(
                "number",
                number,
                "title",
                title,
                "means",
                means,
                "where",
                place == null ? List.of() : List.of(Map.of("name", place.name(), "colour", place.colour())));
    }

    private Stream<LocatedRow> named(String beginning) {
        return rows.stream().filter(placed -> placed.row().name().startsWith(beginning));
    }

    private static String rule(ResultsFile.Row r) {
        return r.variant().replace('_', ' ');
    }

    private static String heads(ResultsFile.Row r) {
        return r.length("HV") + " heads of " + r.length("K");
    }

    private Optional<Map<String, Object>> speedUp() {
        return speedUps.isEmpty()
                ? Optional.empty()
                : speedUps.others().stream()
                        .map(place -> Map.entry(place, speedUps.mean(place, places.getFirst(), row -> true)))
                        .filter(found -> found.getValue().count() > 0)
                        .max(Comparator.comparingDouble(
                                found -> found.getValue().value()))
                        .map(found -> tile(
                                found.getValue().text(),
                                "as fast as " + places.getFirst().name(),
                                "geometric mean over the " + found.getValue().count()
                                        + " configurations that both ran, by the clock",
                                found.getKey()));
    }

    private Optional<LocatedRow> fastestPrefill() {
        return Stream.of("prefill/gated_delta_rule", "prefill/", "length/")
                .flatMap(beginning -> named(beginning)
                        .filter(placed -> placed.row().tokens() > 0)
                        .max(Comparator.comparingDouble(placed -> placed.row().tokensPerSecond()))
                        .stream())
                .findFirst();
    }

    private Optional<Map<String, Object>> prefill() {
        return fastestPrefill().map(placed -> {
            ResultsFile.Row r = placed.row();
            return tile(
                    Quantity.decimal(r.tokensPerSecond()),
                    "tokens/s of prefill",
                    "reading a prompt of " + r.length("T") + " tokens with one operation, " + rule(r) + ", " + heads(r),
                    placed.place());
        });
    }

    private Optional<Map<String, Object>> decoding() {
        return Stream.concat(longest("decode_context/"), named("decode/single"))
                .min(Comparator.comparingDouble(placed -> placed.row().medianMs()))
                .map(placed -> {
                    ResultsFile.Row r = placed.row();
                    String after = r.context() > 0 ? "after " + r.context() + " tokens" : "states out of the cache";
                    return tile(
                            AmountText.time(r.medianMs()),
                            "for one more token",
                            "one operation, " + rule(r) + ", " + heads(r) + ", " + after,
                            placed.place());
                });
    }

    /** Of every place the row with the longest context. */
    private Stream<LocatedRow> longest(String beginning) {
        return places.stream()
                .flatMap(place -> named(beginning)
                        .filter(placed -> placed.place().equals(place))
                        .max(Comparator.comparingInt(placed -> placed.row().context()))
                        .stream());
    }

    private Optional<Map<String, Object>> growth() {
        return longest("decode_context/")
                .min(Comparator.comparingDouble(placed -> placed.row().medianMs()))
                .flatMap(long_ -> named("decode_context/")
                        .filter(placed -> placed.place().equals(long_.place()))
                        .min(Comparator.comparingInt(placed -> placed.row().context()))
                        .filter(short_ -> short_.row().context() < long_.row().context())
                        .map(short_ -> tile(
                                String.format(
                                        Locale.ROOT,
                                        "%.2f×",
                                        long_.row().medianMs() / short_.row().medianMs()),
                                "the time per token after " + long_.row().context() + " tokens",
                                "over that after " + short_.row().context()
                                        + ": near 1, since the state has one size whatever it has read",
                                long_.place())));
    }

    private Optional<Map<String, Object>> share() {
        return fastestPrefill()
                .filter(placed -> Double.isFinite(placed.shareOfCeiling()))
                .map(placed -> tile(
                        Math.round(100 * placed.shareOfCeiling()) + " %",
                        "of the " + (placed.isOnProcessor() ? "processor" : "device's matrix product"),
                        rule(placed.row()) + " prefill" + (placed.row().parts().known() ? ", kernels alone" : "")
                                + (placed.isOnProcessor()
                                        ? ", beside the float32 multiply-adds of its cores"
                                        : ", beside what a plain float32 matrix product reaches there"),
                        placed.place()));
    }

    private Optional<Map<String, Object>> error() {
        List<LocatedRow> float32 =
                rows.stream().filter(placed -> placed.row().numbers().float32()).toList();
        return float32.stream()
                .filter(placed -> Double.isFinite(placed.row().error()))
                .max(Comparator.comparingDouble(placed -> placed.row().error()))
                .map(worst -> tile(
                        String.format(Locale.ROOT, "%.0e", worst.row().error()).replaceFirst("e([-+])0", "e$1"),
                        "worst error against float64",
                        "RMS error over RMS value, of all " + float32.size()
                                + (float32.size() < rows.size() ? " float32" : "")
                                + " configurations, each checked right before it was timed",
                        null));
    }
}
