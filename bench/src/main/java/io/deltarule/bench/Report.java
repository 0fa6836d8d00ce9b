package io.deltarule.bench;

import java.util.List;

/**
 * Everything one benchmark run found.
 *
 * @param machine where
 * @param ceilings of the CPU; null where the CPU engine cannot run
 * @param measurements in the order in which they were made
 * @param ratios those that the measurements allow
 */
public record Report(Machine machine, Ceilings ceilings, List<Measurement> measurements, List<Ratio> ratios) {
    /** Whether something ran and gave wrong numbers. */
    public boolean wrong() {
        return measurements.stream().anyMatch(Measurement::wrong);
    }
}
