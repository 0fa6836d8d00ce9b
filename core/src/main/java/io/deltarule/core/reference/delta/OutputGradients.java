package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaShape;

/**
 * What a backward pass in float64 begins with, null for zeros.
 *
 * @param o gradient of the linear read-out [B, T, HV, V]
 * @param oCross gradient of the selective read-out [B, T, HV, V]
 * @param finalState gradient of the state after the last token [N, HV, K, V]
 */
@SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
public record OutputGradients(double[] o, double[] oCross, double[] finalState) {
    static OutputGradients of(DeltaCotangents given, DeltaShape shape) {
        given.validate(shape);
        return new OutputGradients(
                Flat.widened(given.o()), Flat.widened(given.oCross()), Flat.widened(given.finalState()));
    }

    /** One value head's row of a read-out's gradient, zeros where there is none. */
    static double[] row(double[] from, DeltaShape shape, int t, int j) {
        double[] row = new double[shape.V()];
        if (from != null) {
            System.arraycopy(from, (t * shape.HV() + j) * shape.V(), row, 0, shape.V());
        }
        return row;
    }
}
