package io.deltarule.bench.verification;

import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Gradients against those of the float64 reference: some key heads over all tokens, and all of them finite. */
public final class GradientVerification {
    /** State elements times tokens that the reference goes back through per verification: about a second. */
    private static final double REFERENCE_WORK = 2.5e7;

    private GradientVerification() {}

    public static Verification of(Workload workload, DeltaInputs in, DeltaCotangents given, DeltaGradients found) {
        DeltaShape s = workload.shape();
        double each = (double) s.T() * s.householders() * s.K() * s.V() * s.HV() / s.H();
        KeyHeadSlice[] slices =
                KeyHeadSlice.spread(s, (int) Math.max(2, Math.min(REFERENCE_WORK / each, Integer.MAX_VALUE)));
        List<DeltaGradients> expected = Stream.of(slices)
                .parallel()
                .map(slice -> expected(workload, slice, in, given))
                .toList();
        List<Judged> all = new ArrayList<>();
        boolean finite = Verification.finite(found.initialState());
        for (Input input : in.tensors().keySet()) {
            Tensor whole = found.get(input);
            finite &= Verification.finite(whole);
            all.add(judged(
                    "d_" + input.id(),
                    slices.length,
                    expected.stream().map(e -> e.get(input)).toList(),
                    Stream.of(slices).map(slice -> slice.rows(whole)).toList()));
        }
        all.add(judged(
                "d_initial_state",
                slices.length,
                expected.stream().map(DeltaGradients::initialState).toList(),
                Stream.of(slices)
                        .map(slice -> slice.state(found.initialState()))
                        .toList()));
        Judged worst = Judged.worst(all);
        return new Verification(
                finite && worst.passed(),
                worst.comparison(),
                worst.tolerance(),
                slices.length * s.HV() / s.H(),
                s.state().count(),
                s.T());
    }

    private static Judged judged(String name, int parts, List<Tensor> expected, List<Tensor> found) {
        return new Judged(Verification.compare(name, parts, expected, found), Verification.TOLERANCE);
    }

    private static DeltaGradients expected(
            Workload workload, KeyHeadSlice slice, DeltaInputs in, DeltaCotangents given) {
        PlanSpec spec = PlanSpec.of(workload.variant(), slice.lengths()).withForm(Form.RECURRENT);
        try (GradientPlan plan = Engines.named("reference").gradientPlan(spec)) {
            return plan.run(slice.inputs(in), slice.cotangents(given));
        }
    }
}
