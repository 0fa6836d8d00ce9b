package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.NetworkRun;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.bench.workload.Workload;
import java.util.List;

/**
 * What is measured on a device of another engine than the CPU's: prefill and decoding, their curves, backward passes, a
 * layer and a model.
 */
record DeviceRows(SuiteWorkloads workloads, SuiteRecorder recorder) {
    void measure(SuiteLevel level) {
        recorder.time(workloads.prefills(), 6);
        recorder.time(workloads.residents(), 4);
        if (level != SuiteLevel.QUICK) {
            recorder.time(workloads.variantsAndLevels(), 4);
        }
        new ContextRows(workloads, recorder).measure();
        curves();
        for (Workload gradient : workloads.gradientLengths()) {
            recorder.time(List.of(gradient), 1);
        }
        if (level != SuiteLevel.QUICK) {
            workloads.gradientVariants().forEach(gradient -> recorder.time(List.of(gradient), 0.5));
        }
        network(workloads.sizes().layer());
        network(workloads.sizes().model());
    }

    /** Measures the curves over heads, head sizes, forms and batch sizes. */
    void curves() {
        recorder.time(workloads.heads(), 2);
        recorder.time(workloads.headSizes(), 2);
        recorder.time(workloads.reads(), 2);
        recorder.time(workloads.forms(), 2);
        recorder.time(workloads.batches(), 2);
    }

    private void network(NetworkSize size) {
        List<Workload> wanted = recorder.wanted(workloads.network(size));
        if (!wanted.isEmpty()) {
            recorder.listener().begins("making " + size.inWords());
            try (NetworkRun run = new NetworkRun(size, bytes -> {})) {
                recorder.time(wanted, 3, run::prepare);
            }
        }
    }
}
