package io.deltarule.bench.suite;

import io.deltarule.bench.prepared.PreparedOperation;
import io.deltarule.bench.prepared.PreparedWorkload;
import io.deltarule.bench.result.Measurement;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Measures prefills of growing length, and one sequence that decodes after each: does a token cost the same throughout? */
record ContextRows(SuiteWorkloads workloads, SuiteRecorder recorder) {
    void measure() {
        decodeAfter(prefill());
    }

    /** Returns the state after each length that was timed. */
    private List<Tensor> prefill() {
        List<Workload> wanted = recorder.wanted(workloads.lengths());
        if (wanted.isEmpty()) {
            return List.of();
        }
        List<Tensor> states = new ArrayList<>();
        try (WorkloadGroup group = new WorkloadGroup(wanted, recorder.listener())) {
            List<Measurement> timed = group.time(recorder.seconds(4), List.of());
            recorder.add(timed);
            perToken("prefill_per_token_longest_over_shortest", "prefill time per token", timed);
            for (PreparedWorkload prepared : group.prepared()) {
                Tensor state = ((PreparedOperation) prepared).finalState();
                states.add(Tensor.zeros(state.dims()).copyFrom(state));
            }
        }
        return states;
    }

    private void decodeAfter(List<Tensor> states) {
        List<Workload> wanted = recorder.wanted(workloads.contexts());
        if (states.size() != wanted.size() || wanted.isEmpty()) {
            return;
        }
        try (WorkloadGroup group = new WorkloadGroup(wanted, recorder.listener())) {
            for (PreparedWorkload prepared : group.prepared()) {
                int index = wanted.indexOf(prepared.workload());
                ((PreparedOperation) prepared).loadState(states.get(index));
            }
            List<Measurement> timed = group.time(recorder.seconds(2), List.of());
            recorder.add(timed);
            perToken("decode_per_token_after_longest_over_shortest", "time per decoded token", timed);
        }
    }

    /** Of the CPU engine alone: a ratio's name does not say of which device it is, so those of two devices would be one. */
    private void perToken(String name, String meaning, List<Measurement> timed) {
        Measurement first = timed.getFirst();
        Measurement last = timed.getLast();
        if (first.timing() != null
                && last.timing() != null
                && workloads.engine().name().equals("cpu")) {
            recorder.add(SpeedRatio.of(
                    name,
                    meaning + ", " + last.workload().name() + " over "
                            + first.workload().name(),
                    1e6 / last.tokensPerSecond(),
                    1e6 / first.tokensPerSecond(),
                    "us per token"));
        }
    }
}
