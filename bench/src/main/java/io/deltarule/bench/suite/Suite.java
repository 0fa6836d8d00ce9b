package io.deltarule.bench.suite;

import io.deltarule.bench.load.CeilingMemory;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.timing.Machine;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.measure.PeerEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * The set that is measured when nothing in particular is asked for: {@link CpuRows} on the CPU engine, {@link DeviceRows}
 * on every device that the automatic choice may take, {@link PeerComparison} for every other library on the class path. The
 * reference, PoCL and the emulator are measured only by name.
 */
public final class Suite {
    private final SuiteRecorder recorder;
    private final Machine machine = Machine.here();
    private final SuiteLevel level;
    private final SuiteFilter filter;
    private final SuiteSizes fast;

    /**
     * @param listener told what is going on
     * @param effort multiplies every group's seconds
     * @param level how much
     * @param filter which of it
     */
    public Suite(ProgressListener listener, double effort, SuiteLevel level, SuiteFilter filter) {
        this(
                new SuiteRecorder(listener, effort, filter, CeilingMemory.ofUser()),
                level,
                filter,
                SuiteSizes.of(level, Machine.here()));
    }

    Suite(SuiteRecorder recorder, SuiteLevel level, SuiteFilter filter, SuiteSizes fast) {
        this.recorder = recorder;
        this.level = level;
        this.filter = filter;
        this.fast = fast;
    }

    /** Measures everything. */
    public BenchResults run() {
        List<DeviceStatus> statuses = new ArrayList<>();
        for (DeltaEngine engine : Engines.all()) {
            if (engine.unavailable().isPresent()) {
                statuses.add(DeviceStatus.unavailable(
                        engine.name(), engine.unavailable().get()));
                continue;
            }
            for (Device device : engine.devices()) {
                statuses.add(measure(engine, device));
            }
        }
        return recorder.results(level.id(), machine, statuses);
    }

    private DeviceStatus measure(DeltaEngine engine, Device device) {
        if (!filter.allows(engine, device)) {
            return DeviceStatus.skipped(engine.name(), device, "not asked for");
        }
        if (engine.name().equals("cpu")) {
            return cpu(engine, device);
        }
        if (engine instanceof PeerEngine peer) {
            return peer(peer, device);
        }
        if (device.automatic() || filter.names(engine, device)) {
            return accelerator(engine, device);
        }
        return DeviceStatus.skipped(
                engine.name(),
                device,
                "slow by nature and measured by name only: --suite " + level.id() + " --engine " + engine.name()
                        + " --device " + device.id());
    }

    private DeviceStatus cpu(DeltaEngine engine, Device device) {
        CpuRows rows = new CpuRows(new SuiteWorkloads(engine, device.id(), fast), recorder, machine);
        recorder.listener().begins("measuring the machine");
        DeviceCeilings ceilings = ProcessorProbe.ceilings(rows.manyStates(), recorder.effort());
        rows.measure(level);
        return DeviceStatus.measured(engine.name(), device, ceilings);
    }

    private DeviceStatus accelerator(DeltaEngine engine, Device device) {
        SuiteSizes sizes = device.automatic() ? fast : SuiteSizes.of(level, device, machine);
        DeviceCeilings ceilings = null;
        if (engine instanceof CeilingEngine shows) {
            DeviceProbe probe = new DeviceProbe(shows, device.id(), sizes, recorder.seconds(1));
            recorder.listener().begins("measuring " + device.id());
            ceilings = probe.ceilings();
            if (recorder.everything()) {
                recorder.listener().begins("transfers to " + device.id());
                recorder.addTransfers(probe.transfers());
            }
        }
        new DeviceRows(new SuiteWorkloads(engine, device.id(), sizes), recorder).measure(level);
        return DeviceStatus.measured(engine.name(), device, ceilings);
    }

    /** In turn with the CPU engine, which has the same threads. */
    private DeviceStatus peer(PeerEngine peer, Device device) {
        DeltaEngine ours = Engines.named("cpu");
        recorder.listener().begins("measuring " + peer.name());
        String ourDevice = ours.devices().getFirst().id();
        long copied = new CpuRows(new SuiteWorkloads(ours, ourDevice, fast), recorder, machine).manyStates();
        DeviceCeilings ceilings = ProcessorProbe.ceilings(peer, copied, recorder.effort());
        PeerComparison.measure(new PeerComparison.Pair(peer, device.id(), ours, ourDevice), fast, recorder);
        return DeviceStatus.measured(peer.name(), device, ceilings);
    }
}
