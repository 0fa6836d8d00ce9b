package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.reference.delta.DeltaReference;

/** Runs an engine into NaN-poisoned outputs and judges it. */
public final class Verify {
    private Verify() {}

    /** Makes a plan, runs it once, closes it. */
    public static DeltaOutputs run(DeltaEngine engine, PlanSpec spec, DeltaInputs in) {
        try (DeltaPlan plan = engine.plan(spec)) {
            DeltaShape shape = in.validate(spec.variant());
            DeltaOutputs out = DeltaOutputs.poisoned(shape);
            plan.run(in, out);
            return out;
        }
    }

    /** What an operation's outputs are and how far from them a float32 engine may be: see {@link Float32Tolerance}. */
    public record Expected(DeltaReference.Result exact, double tolerance) {
        /** Fails unless all outputs are within the tolerance. */
        public void matches(String what, DeltaOutputs out) {
            within(what, Comparison.of("o", exact.o(), out.o()), tolerance);
            if (exact.oCross() != null) {
                within(what, Comparison.of("o_cross", exact.oCross(), out.oCross()), tolerance);
            }
            within(what, Comparison.of("final_state", exact.finalState(), out.finalState()), tolerance);
        }
    }

    /** Works out the outputs of one operation; to be used for any number of runs. */
    public static Expected expected(PlanSpec spec, DeltaInputs in) {
        DeltaReference.Result exact = DeltaReference.recurrent(spec.variant(), in, spec.scale());
        return new Expected(exact, Float32Recurrence.tolerance(spec.variant(), in, spec.scale(), exact));
    }

    /** Fails unless one run's outputs are within their tolerance. */
    public static void matchesReference(String what, PlanSpec spec, DeltaInputs in, DeltaOutputs out) {
        expected(spec, in).matches(what, out);
    }

    /** Fails unless two runs agree within a tolerance. */
    public static void agree(String what, DeltaOutputs expected, DeltaOutputs found, double tolerance) {
        within(what, Comparison.of("o", expected.o(), found.o()), tolerance);
        if (expected.oCross() != null) {
            within(what, Comparison.of("o_cross", expected.oCross(), found.oCross()), tolerance);
        }
        within(what, Comparison.of("final_state", expected.finalState(), found.finalState()), tolerance);
    }

    private static void within(String what, Comparison comparison, double tolerance) {
        assertTrue(comparison.within(tolerance), () -> what + ": " + comparison + "; tolerance " + tolerance);
    }
}
