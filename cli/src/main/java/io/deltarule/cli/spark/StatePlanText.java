package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is said of a long text's plan, and of what was done. */
final class StatePlanText {
    private static final double GIGA = 1e9;

    private StatePlanText() {}

    static List<String> lines(JsonNode done) {
        int segments = done.path("segments").asInt();
        JsonNode rates = done.path("rates");
        List<String> lines = new ArrayList<>();
        lines.add(said("%,d tokens", done.path("tokens").asLong()));
        lines.add(said(
                "one process     about %.1f s, at %.1f billion multiply-adds a second",
                done.path("one_seconds").asDouble(),
                rates.path("multiply_adds_per_second").asDouble() / GIGA));
        if (segments > 1) {
            lines.add(said(
                    "%-15s about %.1f s, at %.1f billion multiply-adds a second each, %d stages of %.2f s, %.0f MB/s; %,d MB of rows each",
                    segments + " segments",
                    done.path("segments_seconds").asDouble(),
                    rates.path("multiply_adds_per_second_in_segments").asDouble() / GIGA,
                    done.path("stages").asInt(),
                    rates.path("stage_seconds").asDouble(),
                    rates.path("bytes_per_second").asDouble() / 1e6,
                    done.path("segment_bytes").asLong() >> 20));
            JsonNode least = done.path("least_tokens");
            lines.add(
                    least.isNull()
                            ? segments + " segments never pay on these machines"
                            : said(
                                    "%d segments pay from about %,d tokens on: here they %s",
                                    segments, least.asLong(), done.path("pays").asBoolean() ? "do" : "do not"));
        }
        if (done.has("state")) {
            lines.add(said(
                    "%s: the state after them, in %.1f s (and %.1f s of measuring)",
                    done.path("state").asText(),
                    done.path("seconds").asDouble(),
                    done.path("measuring_seconds").asDouble()));
        }
        return lines;
    }

    @SuppressWarnings("AnnotateFormatMethod") // not worth a dependency for one private method
    private static String said(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
