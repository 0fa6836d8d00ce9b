package io.deltarule.bench.suite;

import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.PeerEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * Another library beside the CPU engine: the same prefill on the same inputs, verified on both and then in turn with each
 * other.
 *
 * @param measurements ours and theirs
 * @param ratios their time over ours, where both were timed
 */
record PeerComparison(List<Measurement> measurements, List<SpeedRatio> ratios) {
    /** After a run OpenMP's threads spin for a while, on cores that the other engine then lacks; the pause lets them stop. */
    private static final int PAUSE_MILLIS = 20;

    /** The two engines that are compared, each on one of its devices. */
    record Pair(PeerEngine peer, String peerDevice, DeltaEngine ours, String device) {
        /** The same prefill on our engine and on theirs. */
        List<Workload> prefills(Variant variant, DeltaShape shape) {
            String name = "peers/" + peer.name() + "/" + variant.id();
            return List.of(
                    Workload.prefill(name, ours, device, variant, shape),
                    Workload.prefill(name, peer, peerDevice, variant, shape));
        }
    }

    /** Every rule that the peer has, as large as a suite's prefills. */
    static void measure(Pair pair, SuiteSizes sizes, SuiteRecorder recorder) {
        for (Variant variant : pair.peer().rules()) {
            Gate gate = variant == Variant.DELTA_RULE ? Gate.NONE : Gate.SCALAR;
            DeltaShape shape = new DeltaShape(
                    1, sizes.tokens(), sizes.heads(), sizes.heads(), sizes.headSize(), sizes.headSize(), 1, 1, gate);
            List<Workload> workloads = recorder.wanted(pair.prefills(variant, shape));
            if (!workloads.isEmpty()) {
                PeerComparison speed = measure(
                        workloads,
                        pair.peer().threads(),
                        recorder.seconds(6).pausing(PAUSE_MILLIS),
                        recorder.listener());
                recorder.add(speed.measurements());
                speed.ratios().forEach(recorder::add);
            }
        }
    }

    /**
     * Measures.
     *
     * @param workloads ours and theirs
     * @param threads of both
     */
    static PeerComparison measure(
            List<Workload> workloads, int threads, InterleavedTimer timer, ProgressListener listener) {
        try (WorkloadGroup group = new WorkloadGroup(workloads, listener)) {
            List<Measurement> timed = group.time(timer, List.of());
            Measurement ours = timed.getFirst();
            Measurement theirs = timed.getLast();
            List<SpeedRatio> ratios = new ArrayList<>();
            if (ours.timing() != null && theirs.timing() != null) {
                Workload w = theirs.workload();
                DeltaShape s = w.shape();
                ratios.add(SpeedRatio.of(
                        w.engine().name() + "_over_" + ours.workload().engine().name() + "_prefill_"
                                + w.variant().id(),
                        "chunkwise prefill, B " + s.B() + ", T " + s.T() + ", " + s.HV() + " heads, K " + s.K() + ", V "
                                + s.V() + ", by " + w.engine().name()
                                + ", over the same by our CPU engine, in turn with it, " + threads + " threads each",
                        theirs.timing().medianNanos() / 1e6,
                        ours.timing().medianNanos() / 1e6,
                        "ms"));
            }
            return new PeerComparison(timed, ratios);
        }
    }
}
