package io.deltarule.bench.workload;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;

/** The arithmetic that log-linear states cannot do without; the formulas stand in docs/benchmarks.md. */
final class LevelWorkCount {
    private LevelWorkCount() {}

    static double flops(Workload workload) {
        DeltaShape s = workload.shape();
        double M = (double) s.microTokens() * s.HV();
        double R = (double) s.tokens() * s.HV();
        double E = workload.variant().erases() ? M : 0;
        double K = s.K();
        double V = s.V();
        if (workload.form() != Form.CHUNK) {
            double live = meanLive(workload.context(), s.T());
            double decays = s.gate() == Gate.NONE ? 0 : R * K * V;
            return 2 * (M + R) * K * V + live * (4 * E * K * V + 2 * R * K * V + decays);
        }
        double C = WorkCount.chunk(workload);
        int tokens = Math.max(1, (int) C / s.householders());
        double live = meanLive(0, Math.ceilDiv(s.T(), tokens));
        return C * ((2 * E + R) * K + (E + R) * V + E * C / 3)
                + 2 * M * K * V
                + live * ((4 * E + 2 * R) * K * V + E * C * V);
    }

    /** How many states a token, or a chunk, finds on the average: the ones of its number in binary. */
    static double meanLive(int from, int count) {
        long ones = 0;
        for (int i = from; i < from + count; i++) {
            ones += Integer.bitCount(i);
        }
        return count == 0 ? 0 : (double) ones / count;
    }
}
