package io.deltarule.bench.timing;

import java.lang.management.ManagementFactory;

/**
 * How many processes wanted a processor on average of the last minute.
 *
 * @param before the measurement; negative where the system does not tell
 * @param after it, with the measurement's own threads in it
 */
public record LoadAverage(double before, double after) {
    /** Now, before a measurement. */
    public static LoadAverage start() {
        return new LoadAverage(current(), -1);
    }

    /** The same and what it is now. */
    public LoadAverage andAfter() {
        return new LoadAverage(before, current());
    }

    private static double current() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
