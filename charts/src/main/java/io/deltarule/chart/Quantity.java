package io.deltarule.chart;

import java.util.Locale;

/** Numbers as people read them: three digits and a prefix. */
public final class Quantity {
    private static final String[] PREFIXES = {"n", "µ", "m", "", "k", "M", "G", "T", "P"};
    private static final int UNIT = 3; // index of no prefix

    private Quantity() {}

    /** With a prefix of thousands: 12.3k, 2.5m; hundredths keep none: 0.585. */
    public static String decimal(double value) {
        int prefix = UNIT;
        double rest = value;
        while (rest >= 999.5 && prefix < PREFIXES.length - 1) { // there three digits round up to the next prefix
            rest /= 1000;
            prefix++;
        }
        if (rest >= 0.00995 && rest < 0.9995) {
            // what is measured in GFLOP/s is not told in thousandths of them
            return String.format(Locale.ROOT, rest < 0.09995 ? "%.4f" : "%.3f", rest)
                    .replaceAll("0+$", "");
        }
        while (rest < 0.9995 && prefix > 0) {
            rest *= 1000;
            prefix--;
        }
        return digits(rest) + PREFIXES[prefix];
    }

    /** With a prefix of binary thousands: 512, 1k, 64k. */
    public static String binary(double value) {
        int prefix = UNIT;
        double rest = value;
        while (rest >= 1024 && prefix < PREFIXES.length - 1) {
            rest /= 1024;
            prefix++;
        }
        return digits(rest) + PREFIXES[prefix];
    }

    /** With a prefix of thousands before a unit, a space between: 31.5 TFLOP/s, 34.7 GB/s. */
    public static String of(double value, String unit) {
        String text = decimal(value);
        int last = text.length() - 1;
        return Character.isDigit(text.charAt(last))
                ? text + " " + unit
                : text.substring(0, last) + " " + text.charAt(last) + unit;
    }

    private static String digits(double rest) {
        String text = String.format(Locale.ROOT, rest >= 99.95 ? "%.0f" : rest >= 9.995 ? "%.1f" : "%.2f", rest);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
