package io.deltarule.bench.result;

import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.workload.Workload;

import java.util.List;

/**
 * Everything one benchmark run found.
 *
 * @param suite quick, standard, full, or operation for one that was asked for
 * @param machine where
 * @param places what could run here, measured or not
 * @param measurements in the order in which they were made
 * @param ratios those that the measurements allow
 * @param transfers to accelerators and back
 */
public record Report(
        String suite,
        Machine machine,
        List<Place> places,
        List<Measurement> measurements,
        List<Ratio> ratios,
        List<Transfer> transfers) {
    /** The ceilings of the device that ran a workload; null where none were measured. */
    public Ceilings ceilings(Workload workload) {
        return places.stream()
                .filter(p -> p.engine().equals(workload.engine().name())
                        && p.device().id().equals(workload.device()))
                .findFirst()
                .map(Place::ceilings)
                .orElse(null);
    }

    /** Whether something gave wrong numbers, or broke. */
    public boolean faulty() {
        return measurements.stream().anyMatch(Measurement::faulty)
                || transfers.stream().anyMatch(Transfer::faulty)
                || places.stream()
                        .anyMatch(p -> p.ceilings() != null && p.ceilings().faulty());
    }
}
