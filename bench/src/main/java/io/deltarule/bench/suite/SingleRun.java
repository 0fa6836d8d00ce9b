package io.deltarule.bench.suite;

import io.deltarule.bench.result.Ceilings;
import io.deltarule.bench.result.Place;
import io.deltarule.bench.result.Report;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.Sampler;
import io.deltarule.bench.workload.Workload;

import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
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
     * @param sampler how long
     * @param watcher told what is going on
     * @throws io.deltarule.core.InvalidInputException if the engine does not do it
     * @throws io.deltarule.core.EngineUnavailableException if it cannot here
     */
    public static Report of(Workload workload, Sampler sampler, Watcher watcher) {
        Machine machine = Machine.here();
        DeltaEngine engine = workload.engine();
        Device device = engine.devices().stream()
                .filter(d -> d.id().equals(workload.device()))
                .findFirst()
                .orElseThrow();
        try (Group group = new Group(List.of(workload), watcher)) {
            group.throwRefusal(); // before anything takes time
            watcher.begins("measuring " + (engine.name().equals("cpu") ? "the machine" : device.id()));
            Ceilings ceilings = ceilings(engine, device, machine, Math.clamp(sampler.seconds(), 0.2, 1));
            return new Report(
                    "operation",
                    machine,
                    List.of(Place.measured(engine.name(), device, ceilings)),
                    group.time(sampler, List.of()),
                    List.of(),
                    List.of());
        }
    }

    private static Ceilings ceilings(DeltaEngine engine, Device device, Machine machine, double seconds) {
        long copied = Math.min(COPY_SIZE, machine.memoryBytes() / 16);
        if (engine.name().equals("cpu")) {
            return ProcessorProbe.ceilings(copied, seconds);
        }
        return switch (engine) {
            case PeerEngine peer -> ProcessorProbe.ceilings(peer, copied, seconds);
            case CeilingEngine shows ->
                new DeviceProbe(shows, device.id(), Scale.of(Level.QUICK, device, machine), Sampler.forSeconds(seconds))
                        .ceilings();
            default -> null;
        };
    }
}
