package io.deltarule.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Equal differences at equal distances.
 *
 * @param least smallest value shown
 * @param most largest value shown
 * @param from where the smallest lies
 * @param to where the largest lies
 */
record LinearScale(double least, double most, double from, double to) implements Scale {
    private static final int TICKS = 8;

    /** An axis over values with a little room around them, so that no dot lies on the frame. */
    static LinearScale around(double smallest, double largest, double from, double to) {
        double room = smallest < largest ? 0.025 * (largest - smallest) : 1;
        return new LinearScale(smallest - room, largest + room, from, to);
    }

    @Override
    public double at(double value) {
        return from + (to - from) * (value - least) / (most - least);
    }

    @Override
    public List<Tick> ticks() {
        double decade = Math.pow(10, Math.floor(Math.log10((most - least) / TICKS)));
        for (double multiple : new double[] {1, 2, 5, 10}) {
            double step = multiple * decade;
            long first = (long) Math.ceil(least / step - 1e-9);
            long last = (long) Math.floor(most / step + 1e-9);
            if (last - first < TICKS) {
                List<Tick> ticks = new ArrayList<>();
                int digits = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
                for (long i = first; i <= last; i++) {
                    ticks.add(new Tick(i * step, String.format(Locale.ROOT, "%." + digits + "f", i * step)));
                }
                return ticks;
            }
        }
        throw new IllegalStateException("no ticks between " + least + " and " + most);
    }
}
