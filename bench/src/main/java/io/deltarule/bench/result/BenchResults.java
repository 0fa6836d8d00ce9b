package io.deltarule.bench.result;

import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.workload.Workload;
import java.util.List;

/**
 * Everything one benchmark run found.
 *
 * @param suite quick, standard, full, or operation for one that was asked for
 * @param machine where
 * @param load of the machine
 * @param devices what could run here, measured or not
 * @param measurements in the order in which they were made
 * @param ratios those that the measurements allow
 * @param transfers to accelerators and back
 * @param model a file that the user named; null where none was
 * @param signs that the machine was used by something else
 */
public record BenchResults(
        String suite,
        Machine machine,
        LoadAverage load,
        List<DeviceStatus> devices,
        List<Measurement> measurements,
        List<SpeedRatio> ratios,
        List<TransferMeasurement> transfers,
        ModelSpeeds model,
        List<LoadSign> signs) {
    /** Without a model's file, and before anybody has looked for signs. */
    public BenchResults(
            String suite,
            Machine machine,
            LoadAverage load,
            List<DeviceStatus> devices,
            List<Measurement> measurements,
            List<SpeedRatio> ratios,
            List<TransferMeasurement> transfers) {
        this(suite, machine, load, devices, measurements, ratios, transfers, null, List.of());
    }

    /** The same with signs. */
    public BenchResults with(List<LoadSign> found) {
        return new BenchResults(suite, machine, load, devices, measurements, ratios, transfers, model, found);
    }

    /** The ceilings of the device that ran a workload; null where none were measured. */
    public DeviceCeilings ceilings(Workload workload) {
        return devices.stream()
                .filter(p -> p.engine().equals(workload.engine().name())
                        && p.device().id().equals(workload.device()))
                .findFirst()
                .map(DeviceStatus::ceilings)
                .orElse(null);
    }

    /** Whether something gave wrong numbers, or broke. */
    public boolean faulty() {
        return measurements.stream().anyMatch(Measurement::faulty)
                || (model != null && model.faulty())
                || transfers.stream().anyMatch(TransferMeasurement::faulty)
                || devices.stream()
                        .anyMatch(p -> p.ceilings() != null && p.ceilings().faulty());
    }
}
