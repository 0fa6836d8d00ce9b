package io.deltarule.bench.workload;

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
    public static WorkCount of(Workload workload) {
        return switch (workload.subject().kind()) {
            case OPERATION -> operation(workload);
            case GRADIENT -> GradientWorkCount.of(workload);
            case LAYER, MODEL -> network(workload);
        };
    }

    /** Counts the arithmetic of the projections alone; as bytes their weights, and the rows that come in and go out. */
    private static WorkCount network(Workload workload) {
        NetworkSize size = workload.subject().network();
        NetworkProgram program = NetworkProgram.of(size);
        boolean logits = workload.keepsState();
        double tokens = workload.shape().tokens();
        double in = size.isLayer() ? (double) Float.BYTES * size.hidden() : (double) Short.BYTES * size.hidden();
        double out = (double) Float.BYTES * (logits && !size.isLayer() ? size.vocab() : size.hidden());
        return new WorkCount(
                tokens * program.flopsPerToken(logits), program.weightBytes(logits) + tokens * (in + out), 0);
    }

    private static WorkCount operation(Workload workload) {
        DeltaShape s = workload.shape();
        double steps = (double) s.microTokens() * s.HV();
        double reads = (double) s.tokens() * s.HV();
        double KV = (double) s.K() * s.V();
        double erasures = workload.variant().erases() ? steps : 0;
        double flops = 2 * (steps + erasures + reads) * KV;
        if (s.logLinear()) {
            flops = LevelWorkCount.flops(workload);
        } else if (workload.form() == Form.CHUNK) {
            double C = chunk(workload);
            flops += (erasures + reads) * C * (s.K() + s.V());
        } else if (s.gate() != Gate.NONE) {
            flops += reads * KV;
        }
        if (s.crossRead()) {
            flops += crossReadFlops(workload, reads, KV);
        }
        double states = s.state().count() * KV * Float.BYTES;
        double stateBytes = workload.keepsState() ? 2 * states : states;
        return new WorkCount(flops, tensorBytes(workload) + stateBytes, stateBytes);
    }

    /** How many micro-steps a chunk has, which is no more than a sequence has. */
    static double chunk(Workload workload) {
        DeltaShape s = workload.shape();
        return Math.min(workload.chunkSize(), Math.max(1, s.T() * s.householders()));
    }

    /** Logits and weighted sum of rows; in chunks also the four C × C products, half of each counted. */
    private static double crossReadFlops(Workload workload, double reads, double KV) {
        DeltaShape s = workload.shape();
        double flops = 4 * reads * KV;
        if (workload.form() == Form.CHUNK) {
            double C = chunk(workload);
            flops += 2 * reads * C * (s.K() + s.V());
        }
        return flops;
    }

    /** Of what comes in and goes out besides the state, as it is kept; log-decays are float32 in any storage. */
    private static double tensorBytes(Workload workload) {
        DeltaShape s = workload.shape();
        double decays = (double) Input.G.axes(s).width() * s.tokens();
        double others = inputs(workload) - decays + outputs(s);
        return Float.BYTES * decays + workload.spec().storage().bytes() * others;
    }

    /** How many numbers o has, and o_cross. */
    static double outputs(DeltaShape s) {
        return (s.crossRead() ? 2.0 : 1.0) * s.tokens() * s.HV() * s.V();
    }

    /** How many numbers come in besides the state. */
    static double inputs(Workload workload) {
        DeltaShape s = workload.shape();
        double perToken = Input.G.axes(s).width();
        for (Input input : workload.variant().inputs()) {
            perToken += RandomInputs.axes(input, s).width();
        }
        return perToken * s.tokens();
    }
}
