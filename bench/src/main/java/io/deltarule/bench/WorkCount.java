package io.deltarule.bench;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;

/**
 * The arithmetic and the memory traffic that a workload cannot do without; the formulas stand in docs/benchmarks.md.
 *
 * @param flops multiplications and additions
 * @param bytes inputs read once, outputs written once, the state read and written once
 * @param stateBytes the part of {@code bytes} that is state
 */
public record WorkCount(double flops, double bytes, double stateBytes) {
    /** Counts one run. */
    static WorkCount of(Workload workload) {
        DeltaShape s = workload.shape();
        double steps = (double) s.microTokens() * s.HV();
        double reads = (double) s.tokens() * s.HV();
        double KV = (double) s.K() * s.V();
        double flops = 4 * steps * KV + 2 * reads * KV;
        if (workload.form() == Form.CHUNK) {
            double C = Math.min(workload.chunkSize(), Math.max(1, s.T() * s.householders()));
            flops += (steps + reads) * C * (s.K() + s.V());
        } else if (s.gate() != Gate.NONE) {
            flops += reads * KV;
        }
        if (s.crossRead()) {
            flops += crossReadFlops(workload, reads, KV);
        }
        double states = (double) s.sequences() * s.HV() * KV * Float.BYTES;
        double stateBytes = workload.keepsState() ? 2 * states : states;
        return new WorkCount(flops, Float.BYTES * values(workload) + stateBytes, stateBytes);
    }

    /** Logits and weighted sum of rows; in chunks also the four C × C products, half of each counted. */
    private static double crossReadFlops(Workload workload, double reads, double KV) {
        DeltaShape s = workload.shape();
        double flops = 4 * reads * KV;
        if (workload.form() == Form.CHUNK) {
            double C = Math.min(workload.chunkSize(), Math.max(1, s.T() * s.householders()));
            flops += 2 * reads * C * (s.K() + s.V());
        }
        return flops;
    }

    /** How many numbers come in and go out besides the state. */
    private static double values(Workload workload) {
        DeltaShape s = workload.shape();
        double tokens = s.tokens();
        double rows = s.microTokens();
        double readOuts = s.crossRead() ? 2 : 1;
        double count = readOuts * tokens * s.HV() * s.V() + tokens * s.HV() * s.gateWidth();
        for (Input input : workload.variant().inputs()) {
            count += switch (input) {
                case Q -> tokens * s.H() * s.K();
                case K, P -> rows * s.H() * s.K();
                case V, W -> rows * s.HV() * s.V();
                case BETA -> rows * s.HV();
                case B -> rows * s.HV() * s.K();
                case R -> tokens * s.HV() * s.V();
                case G -> 0;
            };
        }
        return count;
    }
}
