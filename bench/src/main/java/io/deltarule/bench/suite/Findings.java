package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.Prepared;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.Place;
import io.deltarule.bench.result.Ratio;
import io.deltarule.bench.result.Report;
import io.deltarule.bench.result.Transfer;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.Sampler;
import io.deltarule.bench.workload.Workload;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What a suite found so far, and how it goes on: how long it measures what, who is told, and which part is wanted. */
final class Findings {
    private final Watcher watcher;
    private final double effort;
    private final Filter filter;
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Ratio> ratios = new ArrayList<>();
    private final List<Transfer> transfers = new ArrayList<>();

    /**
     * @param watcher told what is going on
     * @param effort multiplies every group's seconds
     * @param filter which part is wanted
     */
    Findings(Watcher watcher, double effort, Filter filter) {
        this.watcher = watcher;
        this.effort = effort;
        this.filter = filter;
    }

    Watcher watcher() {
        return watcher;
    }

    double effort() {
        return effort;
    }

    Sampler seconds(double seconds) {
        return Sampler.forSeconds(effort * seconds);
    }

    /** Those of some workloads that are wanted. */
    List<Workload> wanted(List<Workload> all) {
        return filter.of(all);
    }

    /** Whether everything is wanted, not only a part. */
    boolean everything() {
        return filter.everything();
    }

    /** Times those that are wanted, in turn with each other. */
    void time(List<Workload> workloads, double seconds) {
        time(workloads, seconds, Prepared::of);
    }

    /** The same for workloads that something else prepares. */
    void time(List<Workload> workloads, double seconds, Function<Workload, Prepared> maker) {
        List<Workload> some = wanted(workloads);
        if (!some.isEmpty()) {
            try (Group group = new Group(some, watcher, maker)) {
                add(group.time(seconds(seconds), List.of()));
            }
        }
    }

    void add(List<Measurement> more) {
        measurements.addAll(more);
    }

    void add(Ratio ratio) {
        ratios.add(ratio);
    }

    void addTransfers(List<Transfer> more) {
        transfers.addAll(more);
    }

    /** All of it. */
    Report report(String suite, Machine machine, List<Place> places) {
        return new Report(suite, machine, places, measurements, ratios, transfers);
    }
}
