package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.reference.delta.BackwardReference;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs an engine's backward pass into NaN-poisoned gradients and judges it. */
public final class VerifyGradients {
    private VerifyGradients() {}

    /** Makes a plan, runs it once, closes it. */
    public static DeltaGradients run(DeltaEngine engine, PlanSpec spec, DeltaInputs in, DeltaCotangents given) {
        try (GradientPlan plan = engine.gradientPlan(spec)) {
            return plan.run(in, given);
        }
    }

    /** Tensors with fewer values are judged by the worst of all: by chance a few may have hardly any error in float32. */
    private static final int FEW = 64;

    /** What an operation's gradients are and how far from them a float32 engine may be: see {@link Float32Tolerance}. */
    public static final class Expected {
        private final Map<String, double[]> exact = new HashMap<>();
        private final Float32Tolerance errors = new Float32Tolerance();

        private Expected() {}

        /** Fails unless every gradient is within its tolerance. */
        public void matches(String what, DeltaGradients out) {
            byName(out)
                    .forEach((name, found) -> within(
                            what,
                            Comparison.of(name, exact.get(name), found),
                            found.size() < FEW ? errors.largestTolerance() : errors.tolerance(name)));
        }
    }

    /** Works out the gradients of one operation; to be used for any number of runs. */
    public static Expected expected(PlanSpec spec, DeltaInputs in, DeltaCotangents given) {
        BackwardReference.Result result = BackwardReference.recurrent(spec.variant(), in, given, spec.scale());
        Expected expected = new Expected();
        result.tensors().forEach((input, values) -> expected.exact.put("d_" + input.id(), values));
        if (in.get(Input.LAMBDA) == null) { // log-linear states begin at zero
            expected.exact.put("d_initial_state", result.initialState());
        }
        Float32Backward plain = new Float32Backward(spec.variant(), in, given, spec.scale());
        for (int order : Float32Tolerance.ORDERS) {
            byName(plain.run(order))
                    .forEach(
                            (name, found) -> expected.errors.add(Comparison.of(name, expected.exact.get(name), found)));
        }
        return expected;
    }

    /** Fails unless one run's gradients are within their tolerances. */
    public static void matchesReference(
            String what, PlanSpec spec, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        expected(spec, in, given).matches(what, out);
    }

    /** Fails unless two runs agree within a tolerance. */
    public static void agree(String what, DeltaGradients expected, DeltaGradients found, double tolerance) {
        Map<String, Tensor> right = byName(expected);
        byName(found).forEach((name, tensor) -> within(what, Comparison.of(name, right.get(name), tensor), tolerance));
    }

    /** All gradients by the names that files give them. */
    public static Map<String, Tensor> byName(DeltaGradients gradients) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        gradients.tensors().forEach((input, tensor) -> all.put("d_" + input.id(), tensor));
        if (gradients.initialState() != null) {
            all.put("d_initial_state", gradients.initialState());
        }
        return all;
    }

    private static void within(String what, Comparison comparison, double tolerance) {
        assertTrue(comparison.within(tolerance), () -> what + ": " + comparison + "; tolerance " + tolerance);
    }
}
