package io.deltarule.bench.workload;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;

/** What a backward pass cannot do without; the formulas stand in docs/benchmarks.md. */
final class GradientWorkCount {
    private GradientWorkCount() {}

    static WorkCount of(Workload workload) {
        DeltaShape s = workload.shape();
        double M = (double) s.microTokens() * s.HV();
        double R = (double) s.tokens() * s.HV();
        double KV = (double) s.K() * s.V();
        double E = workload.variant().erases() ? M : 0;
        double flops = 6 * (M + E) * KV + 4 * R * KV;
        if (s.crossRead()) {
            flops += 10 * R * KV;
        }
        if (workload.form() == Form.CHUNK) {
            double C = WorkCount.chunk(workload);
            flops += C * ((3 * E + 3 * R) * s.K() + (3 * E + 2 * R) * s.V());
            if (s.crossRead()) {
                flops += C * R * (6.0 * s.K() + 5.0 * s.V());
            }
        } else if (s.gate() != Gate.NONE) {
            flops += 4 * R * KV;
        }
        double states = 2.0 * s.state().count() * KV * Float.BYTES;
        double values = 2 * WorkCount.inputs(workload) + WorkCount.outputs(s);
        return new WorkCount(flops, Float.BYTES * values + states, states);
    }
}
