package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.NetworkRun;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.bench.workload.Workload;

import java.util.List;

/**
 * What is measured on a device of another engine than the CPU's: prefill and decoding, their curves, backward passes, a
 * layer and a model.
 */
record DeviceRows(SuiteWorkloads workloads, SuiteRecorder findings) {
    void measure(SuiteLevel level) {
        findings.time(workloads.prefills(), 6);
        if (level != SuiteLevel.QUICK) {
            findings.time(workloads.variants(), 4);
        }
        new ContextRows(workloads, findings).measure();
        curves();
        for (Workload gradient : workloads.gradientLengths()) {
            findings.time(List.of(gradient), 1);
        }
        if (level != SuiteLevel.QUICK) {
            workloads.gradientVariants().forEach(gradient -> findings.time(List.of(gradient), 0.5));
        }
        network(workloads.scale().layer());
        network(workloads.scale().model());
    }

    /** What goes over heads, sizes, forms and batches. */
    void curves() {
        findings.time(workloads.heads(), 2);
        findings.time(workloads.headSizes(), 2);
        findings.time(workloads.reads(), 2);
        findings.time(workloads.forms(), 2);
        findings.time(workloads.batches(), 2);
    }

    private void network(NetworkSize size) {
        List<Workload> wanted = findings.wanted(workloads.network(size));
        if (!wanted.isEmpty()) {
            findings.watcher().begins("making " + size.inWords());
            try (NetworkRun run = new NetworkRun(size, bytes -> {})) {
                findings.time(wanted, 3, run::prepare);
            }
        }
    }
}
