package io.deltarule.bench.suite;

import io.deltarule.bench.load.CeilingMemory;
import io.deltarule.bench.load.LoadSigns;
import io.deltarule.bench.prepared.PreparedWorkload;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.result.TransferMeasurement;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Collects what a suite measures, and tells its parts how long to measure, whom to tell, and which workloads are wanted. */
final class SuiteRecorder {
    private final LoadAverage load = LoadAverage.start();
    private final ProgressListener listener;
    private final double effort;
    private final SuiteFilter filter;
    private final CeilingMemory memory;
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<SpeedRatio> ratios = new ArrayList<>();
    private final List<TransferMeasurement> transfers = new ArrayList<>();

    /**
     * @param listener told what is going on
     * @param effort multiplies every group's seconds
     * @param filter which part is wanted
     * @param memory of the best that the machine has shown
     */
    SuiteRecorder(ProgressListener listener, double effort, SuiteFilter filter, CeilingMemory memory) {
        this.listener = listener;
        this.effort = effort;
        this.filter = filter;
        this.memory = memory;
    }

    ProgressListener listener() {
        return listener;
    }

    double effort() {
        return effort;
    }

    InterleavedTimer seconds(double seconds) {
        return InterleavedTimer.forSeconds(effort * seconds);
    }

    /** Leaves out the workloads that are not wanted. */
    List<Workload> wanted(List<Workload> all) {
        return filter.of(all);
    }

    /** Whether everything is wanted, not only a part. */
    boolean everything() {
        return filter.everything();
    }

    /** Times the workloads that are wanted, in turn with each other. */
    void time(List<Workload> workloads, double seconds) {
        time(workloads, seconds, PreparedWorkload::of);
    }

    /** The same for workloads that something else prepares. */
    void time(List<Workload> workloads, double seconds, Function<Workload, PreparedWorkload> maker) {
        List<Workload> some = wanted(workloads);
        if (!some.isEmpty()) {
            try (WorkloadGroup group = new WorkloadGroup(some, listener, maker)) {
                add(group.time(seconds(seconds), List.of()));
            }
        }
    }

    void add(List<Measurement> more) {
        measurements.addAll(more);
    }

    void add(SpeedRatio ratio) {
        ratios.add(ratio);
    }

    void addTransfers(List<TransferMeasurement> more) {
        transfers.addAll(more);
    }

    /** Everything that was found. */
    BenchResults results(String suite, Machine machine, List<DeviceStatus> devices) {
        BenchResults results =
                new BenchResults(suite, machine, load.andAfter(), devices, measurements, ratios, transfers);
        return results.with(LoadSigns.of(results, memory));
    }
}
