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
import io.deltarule.core.reference.BackwardReference;
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

    /**
     * Fails unless every gradient is within twice the error that the plain float32 recurrence shows in the same tensor of
     * this operation, plus {@link Float32Recurrence#REORDERING_FLOOR}.
     */
    public static void matchesReference(
            String what, PlanSpec spec, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        BackwardReference.Result exact = BackwardReference.recurrent(spec.variant(), in, given, spec.scale());
        DeltaGradients plain = Float32Backward.run(spec.variant(), in, given, spec.scale());
        Map<String, Tensor> plainByName = byName(plain);
        byName(out).forEach((name, found) -> {
            double[] expected = exact(exact, name);
            double own = Comparison.of(name, expected, plainByName.get(name)).ratio();
            within(what, Comparison.of(name, expected, found), 2 * own + Float32Recurrence.REORDERING_FLOOR);
        });
    }

    /** Fails unless two runs agree within a tolerance. */
    public static void agree(String what, DeltaGradients expected, DeltaGradients found, double tolerance) {
        Map<String, Tensor> right = byName(expected);
        byName(found).forEach((name, tensor) -> within(what, Comparison.of(name, right.get(name), tensor), tolerance));
    }

    private static double[] exact(BackwardReference.Result result, String name) {
        for (Map.Entry<Input, double[]> entry : result.tensors().entrySet()) {
            if (name.equals("d_" + entry.getKey().id())) {
                return entry.getValue();
            }
        }
        return result.initialState();
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
