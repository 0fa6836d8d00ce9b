package io.deltarule.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Equal ratios at equal distances.
 *
 * @param least smallest value shown, above 0
 * @param most largest value shown
 * @param from where the smallest lies
 * @param to where the largest lies
 * @param octaves whether ticks are powers of two, shown in binary thousands
 */
record LogScale(double least, double most, double from, double to, boolean octaves) implements Scale {
    private static final int TICKS = 8;

    /** An axis over values with some room around them; two octaves at least, so that noise does not fill the picture. */
    static LogScale around(double smallest, double largest, double from, double to) {
        double room = Math.max(Math.pow(largest / smallest, 0.06), 1.12);
        double least = smallest / room;
        double most = largest * room;
        if (most < 4 * least) {
            double middle = Math.sqrt(least * most);
            least = middle / 2;
            most = middle * 2;
        }
        return new LogScale(least, most, from, to, false);
    }

    /** The same axis with ticks at powers of two. */
    LogScale inOctaves() {
        return new LogScale(least, most, from, to, true);
    }

    @Override
    public double at(double value) {
        return from + (to - from) * Math.log(value / least) / Math.log(most / least);
    }

    /** Powers of two, or some of each decade, or decades alone. */
    @Override
    public List<Tick> ticks() {
        return round().stream().map(value -> new Tick(value, label(value))).toList();
    }

    private String label(double value) {
        if (!octaves) {
            return Quantity.decimal(value);
        }
        return value < 1 ? "1/" + Quantity.binary(1 / value) : Quantity.binary(value);
    }

    private List<Double> round() {
        if (octaves) {
            for (int step = 1; ; step++) {
                List<Double> ticks = geometric(Math.pow(2, step), 1);
                if (ticks.size() <= TICKS) {
                    return ticks;
                }
            }
        }
        for (double[] multiples : new double[][] {{1, 1.5, 2, 3, 4, 5, 7}, {1, 2, 5}}) {
            List<Double> ticks = geometric(10, multiples);
            if (ticks.size() <= TICKS) {
                return ticks;
            }
        }
        for (int step = 1; ; step++) {
            List<Double> decades = geometric(Math.pow(10, step), 1);
            if (decades.size() <= TICKS) {
                return decades;
            }
        }
    }

    private List<Double> geometric(double base, double... multiples) {
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
}
