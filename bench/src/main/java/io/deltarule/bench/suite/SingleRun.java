package io.deltarule.bench.suite;

import io.deltarule.bench.load.CeilingMemory;
import io.deltarule.bench.load.LoadSigns;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.measure.PeerEngine;
import java.util.List;

/** One operation that the user asks for, beside the machine's ceilings. */
public final class SingleRun {
    private static final long COPY_SIZE = 256L << 20;

    private SingleRun() {}

    /**
     * Measures.
     *
     * @param workload what
     * @param timer how long
     * @param listener told what is going on
     * @throws io.deltarule.core.InvalidInputException if the engine does not do it
     * @throws io.deltarule.core.EngineUnavailableException if it cannot here
     */
    public static BenchResults of(Workload workload, InterleavedTimer timer, ProgressListener listener) {
        Machine machine = Machine.here();
        LoadAverage load = LoadAverage.start();
        DeltaEngine engine = workload.engine();
        Device device = engine.devices().stream()
                .filter(d -> d.id().equals(workload.device()))
                .findFirst()
                .orElseThrow();
        try (WorkloadGroup group = new WorkloadGroup(List.of(workload), listener)) {
            group.throwRefusal(); // before anything takes time
            listener.begins("measuring " + (engine.name().equals("cpu") ? "the machine" : device.id()));
            DeviceCeilings ceilings = ceilings(engine, device, machine, Math.clamp(timer.seconds(), 0.2, 1));
            List<Measurement> timed = group.time(timer, List.of());
            BenchResults results = new BenchResults(
                    "operation",
                    machine,
                    load.andAfter(),
                    List.of(DeviceStatus.measured(engine.name(), device, ceilings)),
                    timed,
                    List.of(),
                    List.of());
            return results.with(LoadSigns.of(results, CeilingMemory.ofUser()));
        }
    }

    private static DeviceCeilings ceilings(DeltaEngine engine, Device device, Machine machine, double seconds) {
        long copied = Math.min(COPY_SIZE, machine.memoryBytes() / 16);
        if (engine.name().equals("cpu")) {
            return ProcessorProbe.ceilings(copied, seconds);
        }
        return switch (engine) {
            case PeerEngine peer -> ProcessorProbe.ceilings(peer, copied, seconds);
            case CeilingEngine shows ->
                new DeviceProbe(
                                shows,
                                device.id(),
                                SuiteSizes.of(SuiteLevel.QUICK, device, machine),
                                InterleavedTimer.forSeconds(seconds))
                        .ceilings();
            default -> null;
        };
    }
}
