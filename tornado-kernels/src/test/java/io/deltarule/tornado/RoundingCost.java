package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.Tensor;
import io.deltarule.core.reference.delta.DeltaReference;
import java.util.function.DoubleUnaryOperator;

/**
 * What fewer bits may cost: twice what rounding the inputs alone does.
 *
 * @param exact float64 of the inputs
 * @param rounded float64 of the rounded ones
 * @param floor what float32 itself costs
 */
record RoundingCost(DeltaReference.Result exact, DeltaReference.Result rounded, double floor) {
    /** Fails unless every output is as near. */
    void allows(DeltaOutputs out) {
        within("o", exact.o(), rounded.o(), out.o());
        if (out.oCross() != null) {
            within("o_cross", exact.oCross(), rounded.oCross(), out.oCross());
        }
        within("final_state", exact.finalState(), rounded.finalState(), out.finalState());
    }

    private void within(String name, double[] truth, double[] stored, Tensor found) {
        Comparison cost = Comparison.of(name, truth.length, i -> truth[(int) i], i -> stored[(int) i]);
        Comparison error = Comparison.of(name, truth, found);
        double tolerance = 2 * cost.ratio() + floor;
        assertTrue(error.within(tolerance), () -> error + "; rounded inputs cost " + cost.ratio());
    }

    /** A tensor of rounded numbers. */
    static Tensor rounded(Tensor x, DoubleUnaryOperator rounding) {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rounding.applyAsDouble(values[i]);
        }
        return Tensor.of(values, x.dims());
    }
}
