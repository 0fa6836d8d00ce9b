package io.deltarule.bench.report;

import io.deltarule.chart.Quantity;
import java.util.Locale;

/** Numbers with their units as the page shows them; nothing for what was not measured. */
final class AmountText {
    private AmountText() {}

    static String value(double number) {
        return Double.isNaN(number) ? "" : Quantity.decimal(number);
    }

    /** Billions of operations per second, in the unit that people say: 31.5 TFLOP/s. */
    static String operations(double gflops) {
        return Double.isNaN(gflops) ? "" : Quantity.of(gflops * 1e9, "FLOP/s");
    }

    /** Billions of bytes per second: 34.7 GB/s, 4.2 TB/s. */
    static String transferRate(double gbytes) {
        return Double.isNaN(gbytes) ? "" : Quantity.of(gbytes * 1e9, "B/s");
    }

    static String time(double ms) {
        if (Double.isNaN(ms)) {
            return "";
        }
        return ms >= 1000
                ? String.format(Locale.ROOT, "%.2f s", ms / 1000)
                : ms >= 1
                        ? String.format(Locale.ROOT, ms >= 100 ? "%.0f ms" : ms >= 10 ? "%.1f ms" : "%.2f ms", ms)
                        : String.format(Locale.ROOT, ms >= 0.1 ? "%.0f µs" : "%.1f µs", ms * 1000);
    }

    /** The value by which the page sorts. */
    static Object raw(double number) {
        return Double.isNaN(number) ? "" : number;
    }

    static String bytes(double count) {
        return Quantity.binary(count)
                .replaceFirst("([A-Zk])$", " $1iB")
                .replace("kiB", "KiB")
                .replaceFirst("^([0-9.]+)$", "$1 B");
    }

    static String shape(ResultsFile.Row r) {
        String heads = r.length("H") == r.length("HV") ? "" : r.length("H") + "/";
        String steps = r.length("householders") > 1 ? " n" + r.length("householders") : "";
        return "B" + r.length("B") + " T" + r.length("T") + " H" + heads + r.length("HV") + " K" + r.length("K") + " V"
                + r.length("V") + steps;
    }
}
