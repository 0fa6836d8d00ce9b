package io.deltarule.bench.verification;

import io.deltarule.bench.workload.Workload;
import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A run's outputs against the float64 reference. The reference would take minutes for a whole batch of a benchmark's
 * size, so it computes some heads over all tokens; all outputs are checked to be finite.
 *
 * @param passed whether everything is within the tolerance
 * @param worst the comparison with the largest ratio
 * @param heads how many (sequence, head) pairs were compared
 * @param ofHeads how many there are
 * @param tokens how many tokens of each
 */
public record Verification(boolean passed, Comparison worst, int heads, int ofHeads, int tokens) {
    /** Largest RMS error over RMS value that passes, for a float32 engine. */
    public static final double TOLERANCE = 5e-5;

    /** State elements times tokens that the reference computes per verification: about a second. */
    private static final double REFERENCE_WORK = 1e8;

    /** What a run of one or more steps gave. */
    public record Outcome(DeltaOutputs outputs, Tensor initialState, int steps) {}

    /**
     * Compares.
     *
     * @param workload what was run
     * @param in its inputs, the same in every step
     * @param outcome what came out of the last step
     */
    public static Verification of(Workload workload, DeltaInputs in, Outcome outcome) {
        DeltaShape shape = workload.shape();
        double perHead = (double) shape.T()
                * shape.householders()
                * outcome.steps()
                * shape.K()
                * shape.V()
                * shape.state().perHead();
        int wanted = (int) Math.max(2, Math.min(REFERENCE_WORK / perHead, Integer.MAX_VALUE));
        ValueHeadSlice[] slices = ValueHeadSlice.spread(shape, wanted);
        DeltaEngine reference = Engines.named("reference");
        List<DeltaOutputs> expected = Stream.of(slices)
                .parallel()
                .map(slice -> expected(reference, workload, slice, in, outcome))
                .toList();
        Comparison o = compare(
                "o",
                slices.length,
                expected.stream().map(DeltaOutputs::o).toList(),
                Stream.of(slices).map(s -> s.of(outcome.outputs().o(), shape)).toList());
        Comparison state = compare(
                "final_state",
                slices.length,
                expected.stream().map(DeltaOutputs::finalState).toList(),
                Stream.of(slices)
                        .map(s -> s.state(outcome.outputs().finalState()))
                        .toList());
        List<Comparison> all = new ArrayList<>(List.of(o, state));
        if (shape.crossRead()) {
            all.add(compare(
                    "o_cross",
                    slices.length,
                    expected.stream().map(DeltaOutputs::oCross).toList(),
                    Stream.of(slices)
                            .map(s -> s.of(outcome.outputs().oCross(), shape))
                            .toList()));
        }
        Comparison worst = worst(all);
        boolean passed = worst.within(TOLERANCE)
                && finite(outcome.outputs().o())
                && (!shape.crossRead() || finite(outcome.outputs().oCross()))
                && finite(outcome.outputs().finalState());
        return new Verification(passed, worst, slices.length, shape.state().heads(), shape.T());
    }

    /** The one with the largest ratio; one that is not finite before any other. */
    static Comparison worst(List<Comparison> all) {
        return all.stream().reduce((a, b) -> a.within(b.ratio()) ? b : a).orElseThrow();
    }

    private static DeltaOutputs expected(
            DeltaEngine reference, Workload workload, ValueHeadSlice slice, DeltaInputs in, Outcome outcome) {
        PlanSpec spec = PlanSpec.of(workload.variant(), ValueHeadSlice.shape(workload.shape()))
                .withForm(Form.RECURRENT);
        DeltaInputs one = slice.inputs(in, workload.shape());
        Tensor state = outcome.initialState() == null ? null : slice.state(outcome.initialState());
        try (DeltaPlan plan = reference.plan(spec)) {
            DeltaOutputs out = null;
            for (int step = 0; step < outcome.steps(); step++) {
                out = plan.run(one.withInitialState(state));
                state = out.finalState();
            }
            return out;
        }
    }

    static Comparison compare(String name, int parts, List<Tensor> expected, List<Tensor> found) {
        long each = expected.getFirst().size();
        return Comparison.of(
                name,
                parts * each,
                i -> expected.get((int) (i / each)).get(i % each),
                i -> found.get((int) (i / each)).get(i % each));
    }

    public static boolean finite(Tensor tensor) {
        for (long i = 0, n = tensor.size(); i < n; i++) {
            if (!Float.isFinite(tensor.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** One line for people. */
    @Override
    public String toString() {
        return (passed ? "verified" : "WRONG") + " on " + heads + " of " + ofHeads + " heads over " + tokens
                + (tokens == 1 ? " token: " : " tokens: ") + worst;
    }
}
