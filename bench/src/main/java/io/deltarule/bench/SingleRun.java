package io.deltarule.bench;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.PeerEngine;
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
     */
    public static Report of(Workload workload, Sampler sampler, Watcher watcher) {
        Machine machine = Machine.here();
        Ceilings ceilings = null;
        DeltaEngine engine = workload.engine();
        long copied = Math.min(COPY_SIZE, machine.memoryBytes() / 16);
        double seconds = Math.clamp(sampler.seconds(), 0.2, 1);
        if (engine.name().equals("cpu")) {
            watcher.begins("measuring the machine");
            ceilings = Ceilings.measure(copied, seconds);
        } else if (engine instanceof PeerEngine peer) {
            watcher.begins("measuring " + peer.name());
            ceilings = Ceilings.of(peer, copied, seconds);
        }
        Ceilings measured = ceilings;
        try (Group group = new Group(List.of(workload), watcher)) {
            Place place = engine.devices().stream()
                    .filter(d -> d.id().equals(workload.device()))
                    .findFirst()
                    .map(d -> Place.measured(engine.name(), d, measured))
                    .orElseThrow();
            return new Report(
                    "operation", machine, List.of(place), group.time(sampler, List.of()), List.of(), List.of());
        }
    }
}
