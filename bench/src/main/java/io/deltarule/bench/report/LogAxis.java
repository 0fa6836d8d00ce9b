package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic axis over part of a picture.
 *
 * @param least smallest value shown, above 0
 * @param most largest value shown
 * @param from where the smallest lies
 * @param to where the largest lies
 */
record LogAxis(double least, double most, double from, double to) {
    private static final String[] PREFIXES = {"n", "µ", "m", "", "k", "M", "G", "T", "P"};
    private static final int UNIT = 3; // index of no prefix

    /** An axis over values with some room around them; two octaves at least, so that noise does not fill the picture. */
    static LogAxis around(double smallest, double largest, double from, double to) {
        double room = Math.max(Math.pow(largest / smallest, 0.06), 1.12);
        double least = smallest / room;
        double most = largest * room;
        if (most < 4 * least) {
            double middle = Math.sqrt(least * most);
            least = middle / 2;
            most = middle * 2;
        }
        return new LogAxis(least, most, from, to);
    }

    double at(double value) {
        return from + (to - from) * Math.log(value / least) / Math.log(most / least);
    }

    /** Round numbers on the axis: powers of two, or some of each decade, or decades alone, eight at most. */
    List<Double> ticks(boolean powersOfTwo) {
        if (powersOfTwo) {
            for (int step = 1; ; step++) {
                List<Double> ticks = geometric(Math.pow(2, step), new double[] {1});
                if (ticks.size() <= 8) {
                    return ticks;
                }
            }
        }
        for (double[] multiples : new double[][] {{1, 1.5, 2, 3, 4, 5, 7}, {1, 2, 5}}) {
            List<Double> ticks = geometric(10, multiples);
            if (ticks.size() <= 8) {
                return ticks;
            }
        }
        for (int step = 1; ; step++) {
            List<Double> decades = geometric(Math.pow(10, step), new double[] {1});
            if (decades.size() <= 8) {
                return decades;
            }
        }
    }

    private List<Double> geometric(double base, double[] multiples) {
        List<Double> ticks = new ArrayList<>();
        int first = (int) Math.floor(Math.log(least) / Math.log(base)) - 1;
        for (int power = first; Math.pow(base, power) <= most; power++) {
            for (double multiple : multiples) {
                double tick = multiple * Math.pow(base, power);
                if (tick >= least && tick <= most) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** A number with three digits at most and a prefix, hundredths without one; powers of two in binary thousands: 512, 1k, 64k. */
    static String label(double value, boolean powersOfTwo) {
        double thousand = powersOfTwo ? 1024 : 1000;
        int prefix = UNIT;
        double rest = value;
        while (rest >= (powersOfTwo ? thousand : 999.5) && prefix < PREFIXES.length - 1) {
            rest /= thousand; // at 999.5 three digits round up to the next prefix
            prefix++;
        }
        if (rest >= 0.00995 && rest < 0.9995 && !powersOfTwo) {
            // what is measured in GFLOP/s is not told in thousandths of them
            return String.format(Locale.ROOT, rest < 0.09995 ? "%.4f" : "%.3f", rest)
                    .replaceAll("0+$", "");
        }
        while (rest < 0.9995 && prefix > 0 && !powersOfTwo) {
            rest *= 1000;
            prefix--;
        }
        String digits = rest >= 99.95 ? "%.0f" : rest >= 9.995 ? "%.1f" : "%.2f";
        String text = String.format(Locale.ROOT, digits, rest);
        return (text.contains(".") ? text.replaceAll("\\.?0+$", "") : text) + PREFIXES[prefix];
    }
}
