package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.deltarule.core.Comparison;
import io.deltarule.core.Form;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.reference.RoundedReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of layers on every fast engine. An engine's test extends this class and says which engine and cases. */
public abstract class LayerLaws extends LayerContinuityLaws {
    /**
     * Added to twice the error that rounding every slot to float32 alone makes: sixteen units in the last place, for sums
     * in another order, for exp, sine and cosine, and for the delta rule's own float32 state.
     */
    protected double floor() {
        return Float32Recurrence.REORDERING_FLOOR;
    }

    /** The forms it must get right. */
    protected List<Form> forms() {
        return List.of(Form.values());
    }

    /** Three sequences that begin, rest, decode and go on at different times. */
    @ParameterizedTest
    @MethodSource("cases")
    void matchesReference(LayerCase c) {
        int[][] runs = {{9, 0, 21}, {1, 1, 0}, {0, 0, 0}, {1, 1, 1}, {2, 19, 3}};
        for (Form form : forms()) {
            matchesReference(c, spec(c, 30, 3, 40).withForm(form), runs);
        }
    }

    /**
     * Fails unless every run's outputs are within the tolerance.
     *
     * @param c what runs
     * @param spec on which capacities and device
     * @param runs the runs' lengths, one after the other on one plan
     */
    protected final void matchesReference(LayerCase c, LayerSpec spec, int[]... runs) {
        try (LayerPlan plan = engine().plan(spec);
                LayerPlan exact = new ReferenceEngine().plan(spec.onDevice(null).withStorage(Storage.FLOAT32));
                LayerPlan rounded = RoundedReference.plan(c.roundedTo(storage(), spec), storage())) {
            double cost = 0;
            List<Comparison> found = new ArrayList<>();
            int[] positions = new int[spec.sequences()];
            for (int i = 0; i < runs.length; i++) {
                int[] lengths = runs[i];
                List<Tensor> in = c.inputs(Arrays.stream(lengths).sum(), 7 + i);
                List<Tensor> truth = run(c, exact, lengths, in);
                List<Tensor> stored = c.roundedTo(storage(), in);
                for (Comparison comparison : compare("rounded", truth, run(c, rounded, lengths, stored))) {
                    cost = Math.max(cost, comparison.ratio());
                }
                found.addAll(compare(spec.form() + " run " + i, truth, run(c, plan, lengths, in)));
                Arrays.setAll(positions, n -> positions[n] + lengths[n]);
            }
            double tolerance = 2 * cost + floor();
            found.forEach(comparison -> within(comparison, tolerance));
            assertArrayEquals(positions, plan.positions());
        }
    }
}
