package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.NetworkRun;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.MemoryCopies;
import io.deltarule.bench.workload.NetworkProgram;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.measure.CpuBaseline;
import java.util.List;

/** Measures a layer and a model on the CPU engine: decode steps beside a copy of memory, prefills beside multiply-adds. */
record CpuNetworkRows(SuiteWorkloads workloads, SuiteRecorder recorder) {
    private static final int LOOPS = 20; // in turn with a prefill

    void measure() {
        layer(workloads.sizes().layer());
        model(workloads.sizes().model());
    }

    private void layer(NetworkSize size) {
        try (NetworkRun run = new NetworkRun(size, bytes -> {})) {
            recorder.time(workloads.network(size), 2, run::prepare);
        }
    }

    private void model(NetworkSize size) {
        List<Workload> prefill = recorder.wanted(workloads.network(size).subList(0, 1));
        List<Workload> decode = recorder.wanted(workloads.network(size).subList(1, 2));
        if (prefill.isEmpty() && decode.isEmpty()) {
            return;
        }
        recorder.listener().begins("making a model of " + size.inWords());
        try (MemoryCopies copies = new MemoryCopies();
                NetworkRun run = new NetworkRun(size, between(copies, size))) {
            if (!decode.isEmpty()) {
                decode(decode, run, copies);
            }
            if (!prefill.isEmpty()) {
                prefill(prefill, run);
            }
        }
    }

    /** Allocates the copied blocks in between the weights, because the physical pages that a block gets may change its speed. */
    private static java.util.function.LongConsumer between(MemoryCopies copies, NetworkSize size) {
        long block = (long) size.vocab() * size.hidden() * Short.BYTES / 2;
        long[] copied = new long[1];
        return bytes -> {
            copied[0] += bytes;
            while (copied[0] >= block) {
                copies.add(block);
                copied[0] -= block;
            }
        };
    }

    /** Bytes of weights per second of decode steps over bytes read and written by copies, in turn with them. */
    private void decode(List<Workload> workload, NetworkRun run, MemoryCopies copies) {
        try (WorkloadGroup group = new WorkloadGroup(workload, recorder.listener(), run::prepare)) {
            List<Measurement> timed = group.time(recorder.seconds(3), List.of(copies::run));
            recorder.add(timed);
            Measurement step = timed.getFirst();
            if (step.timing() != null) {
                NetworkSize size = step.workload().subject().network();
                recorder.add(SpeedRatio.of(
                        "model_decode_weights_over_copy",
                        "bytes of bfloat16 weights per second of decode steps of " + size.inWords()
                                + ", every weight counted once, over bytes read and written by copies, in turn with them on"
                                + " the same threads",
                        NetworkProgram.of(size).weightBytes(true)
                                / step.timing().medianNanos(),
                        copies.bytes() / group.baselines().getFirst().medianNanos(),
                        "GB/s"));
            }
        }
    }

    /** Operations of the projections per second of a prefill over what the processor multiplies and adds, in turn with it. */
    private void prefill(List<Workload> workload, NetworkRun run) {
        try (CpuBaseline processor = CpuBaseline.multiplyAdds();
                WorkloadGroup group = new WorkloadGroup(workload, recorder.listener(), run::prepare)) {
            Runnable loops = () -> {
                for (int i = 0; i < LOOPS; i++) {
                    processor.run();
                }
            };
            List<Measurement> timed = group.time(recorder.seconds(4), List.of(loops));
            recorder.add(timed);
            Measurement prefill = timed.getFirst();
            if (prefill.timing() != null) {
                NetworkSize size = prefill.workload().subject().network();
                recorder.add(SpeedRatio.of(
                        "model_prefill_over_processor",
                        "floating-point operations of the projections alone per second of a prefill of " + size.tokens()
                                + " tokens through " + size.inWords() + ", over those of float32 multiply-adds in"
                                + " registers, in turn with it on the same threads",
                        prefill.gflops(),
                        LOOPS * processor.flops() / group.baselines().getFirst().medianNanos(),
                        "GFLOP/s"));
            }
        }
    }
}
