package io.deltarule.bench.verification;

import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadNumbers;
import io.deltarule.core.Comparison;
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
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A run's outputs against the float64 reference. The reference would take minutes for a whole batch of a benchmark's
 * size, so it computes some heads over all tokens; all outputs are checked to be finite.
 *
 * @param passed whether everything is within the tolerance
 * @param worst the comparison that uses up most of its tolerance
 * @param tolerance the largest ratio that passes in it: {@link #TOLERANCE} in float32; in other numbers that and twice what
 *     rounding the inputs to them costs in float64
 * @param heads how many (sequence, head) pairs were compared
 * @param ofHeads how many there are
 * @param tokens how many tokens of each
 */
public record Verification(boolean passed, Comparison worst, double tolerance, int heads, int ofHeads, int tokens) {
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
        boolean rounds = !workload.numbers().isFloat32();
        double perHead = (double) shape.T()
                * shape.householders()
                * outcome.steps()
                * shape.K()
                * shape.V()
                * shape.state().perHead()
                * (rounds ? 2 : 1);
        int wanted = (int) Math.max(2, Math.min(REFERENCE_WORK / perHead, Integer.MAX_VALUE));
        ValueHeadSlice[] slices = ValueHeadSlice.spread(shape, wanted);
        List<DeltaOutputs> exact = expected(workload, slices, in, outcome, WorkloadNumbers.FLOAT32);
        List<DeltaOutputs> rounded = rounds ? expected(workload, slices, in, outcome, workload.numbers()) : exact;
        Expected expected = new Expected(List.of(slices), exact, rounded);
        DeltaOutputs found = outcome.outputs();
        List<Judged> all = new ArrayList<>();
        all.add(expected.judge("o", DeltaOutputs::o, slice -> slice.of(found.o(), shape)));
        all.add(expected.judge("final_state", DeltaOutputs::finalState, slice -> slice.state(found.finalState())));
        if (shape.crossRead()) {
            all.add(expected.judge("o_cross", DeltaOutputs::oCross, slice -> slice.of(found.oCross(), shape)));
        }
        Judged worst = Judged.worst(all);
        boolean passed = worst.passed()
                && finite(found.o())
                && (!shape.crossRead() || finite(found.oCross()))
                && finite(found.finalState());
        return new Verification(
                passed,
                worst.comparison(),
                worst.tolerance(),
                slices.length,
                shape.state().heads(),
                shape.T());
    }

    /** Heads by the reference: of the inputs as they are, and as they are rounded. */
    private record Expected(List<ValueHeadSlice> slices, List<DeltaOutputs> exact, List<DeltaOutputs> rounded) {
        /** Allows twice what rounding the inputs alone costs, and what float32 does; nothing more where that is not finite. */
        Judged judge(String name, Function<DeltaOutputs, Tensor> of, Function<ValueHeadSlice, Tensor> found) {
            List<Tensor> right = exact.stream().map(of).toList();
            double cost = compare(
                            name, slices.size(), right, rounded.stream().map(of).toList())
                    .ratio();
            return new Judged(
                    compare(
                            name,
                            slices.size(),
                            right,
                            slices.stream().map(found).toList()),
                    Double.isFinite(cost) ? 2 * cost + TOLERANCE : TOLERANCE);
        }
    }

    private static List<DeltaOutputs> expected(
            Workload workload, ValueHeadSlice[] slices, DeltaInputs in, Outcome outcome, WorkloadNumbers numbers) {
        return Stream.of(slices)
                .parallel()
                .map(slice -> expected(workload, slice, in, outcome, numbers))
                .toList();
    }

    private static DeltaOutputs expected(
            Workload workload, ValueHeadSlice slice, DeltaInputs in, Outcome outcome, WorkloadNumbers numbers) {
        PlanSpec spec = PlanSpec.of(workload.variant(), ValueHeadSlice.shape(workload.shape()))
                .withForm(Form.RECURRENT);
        RoundedInputs rounded = new RoundedInputs(numbers);
        DeltaInputs one = rounded.of(slice.inputs(in, workload.shape()));
        Tensor state = outcome.initialState() == null ? null : rounded.state(slice.state(outcome.initialState()));
        try (DeltaPlan plan = Engines.named("reference").plan(spec)) {
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
                + (tokens == 1 ? " token: " : " tokens: ") + worst
                + String.format(Locale.ROOT, "; at most %.3g passes", tolerance);
    }
}
