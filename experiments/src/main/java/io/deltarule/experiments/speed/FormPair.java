package io.deltarule.experiments.speed;

import io.deltarule.bench.prepared.PreparedOperation;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.workload.WorkCount;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import io.deltarule.experiments.ResultPoint.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One operation in both forms. */
final class FormPair {
    private final Workload chunks;
    private final Workload tokens;

    FormPair(DeltaEngine engine, String device, int heads, int D, int T) {
        DeltaShape shape = new DeltaShape(1, T, heads, heads, D, D, 1, 1, Gate.NONE);
        chunks = Workload.prefill("speedup", engine, device, Variant.DELTA_RULE, shape);
        tokens = chunks.in(Form.RECURRENT);
    }

    /** Time of the one over time of the other, both run in turn. */
    Sample ratio(double seconds) {
        try (PreparedOperation inChunks = PreparedOperation.single(chunks);
                PreparedOperation byToken = PreparedOperation.single(tokens)) {
            List<Timing> timings = InterleavedTimer.forSeconds(seconds).time(List.of(inChunks::run, byToken::run));
            double chunk = timings.getFirst().seconds();
            double token = timings.getLast().seconds();
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("chunk_ms", 1e3 * chunk);
            details.put("recurrent_ms", 1e3 * token);
            details.put("chunk_gflops", WorkCount.of(chunks).flops() / chunk / 1e9);
            details.put("recurrent_gflops", WorkCount.of(tokens).flops() / token / 1e9);
            return new Sample(token / chunk, details);
        }
    }
}
