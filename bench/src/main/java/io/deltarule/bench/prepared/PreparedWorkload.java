package io.deltarule.bench.prepared;

import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.SelfTimed;
import java.util.Optional;

/** A workload with its inputs, outputs and plan, ready to be verified and then run again and again. */
public interface PreparedWorkload extends AutoCloseable {
    /** The workload that it was prepared from. */
    Workload workload();

    /** Runs it once; a kept state goes on from where the last run left it. */
    void run();

    /** Runs it once and compares the outputs with the reference. */
    Verification verify();

    /** The clock of a plan that runs in another process; empty where this process's clock is the right one. */
    default Optional<SelfTimed> clock() {
        return Optional.empty();
    }

    /** What says where the time of a run went; empty where the plan cannot be profiled. */
    Optional<Profiled> profiled();

    @Override
    void close();

    /** Prepares an operation or its gradient; layers and models share a {@link NetworkRun}. */
    static PreparedWorkload of(Workload workload) {
        return switch (workload.subject().kind()) {
            case OPERATION -> workload.resident() ? new PreparedResident(workload) : PreparedOperation.of(workload);
            case GRADIENT -> workload.resident() ? new PreparedResident(workload) : new PreparedGradient(workload);
            case LAYER, MODEL -> throw new IllegalArgumentException("prepared by NetworkRun: " + workload.name());
        };
    }
}
