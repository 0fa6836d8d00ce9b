package io.deltarule.core.testkit;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.reference.delta.DeltaReference;
import java.util.List;

/**
 * The recurrence in plain float32, token by token, its sums over channels in any order: what float32 alone costs. {@link
 * Float32Tolerance} says what that allows a fast path.
 */
public final class Float32Recurrence {
    /** Sixteen units in the last place of float32, for sums that a fast path takes over micro-steps too. */
    public static final double REORDERING_FLOOR = 16 * 0x1p-24;

    private final DeltaShape shape;
    private final float scale;
    private final List<Float32Head> heads;

    private Float32Recurrence(Variant variant, DeltaInputs in, double scale) {
        this.shape = in.validate(variant);
        this.scale = (float) scale;
        this.heads = Float32Head.all(variant, in, shape);
    }

    /** The largest ratio that a float32 engine may show on this operation, for all outputs together. */
    public static double tolerance(Variant variant, DeltaInputs in, double scale, DeltaReference.Result exact) {
        Float32Tolerance errors = new Float32Tolerance();
        Float32Recurrence recurrence = new Float32Recurrence(variant, in, scale);
        for (int order : Float32Tolerance.ORDERS) {
            DeltaOutputs plain = recurrence.run(order);
            errors.add(Comparison.of("o", exact.o(), plain.o()));
            errors.add(Comparison.of("final_state", exact.finalState(), plain.finalState()));
            if (exact.oCross() != null) {
                errors.add(Comparison.of("o_cross", exact.oCross(), plain.oCross()));
            }
        }
        return errors.largestTolerance();
    }

    /** Runs it with its sums in the order in which channels come. */
    public static DeltaOutputs run(Variant variant, DeltaInputs in, double scale) {
        return new Float32Recurrence(variant, in, scale).run(0);
    }

    private DeltaOutputs run(int order) {
        Float32Sums sums = new Float32Sums(shape.K(), shape.V(), order);
        DeltaOutputs out = DeltaOutputs.poisoned(shape);
        for (Float32Head x : heads) {
            float[] S = x.initialState().clone();
            for (int t = x.from(); t < x.to(); t++) {
                int token = t - x.from();
                long row = ((long) t * shape.HV() + x.head()) * shape.V();
                for (int m = 0; m < shape.householders(); m++) {
                    int step = token * shape.householders() + m;
                    Float32Sums.decay(S, x.decay(token, m));
                    float[] p = sums.pseudoValue(
                            S, x.erase().product()[step], x.write().product()[step]);
                    Float32Sums.addOuter(S, 1, x.k()[step], p);
                }
                copy(sums.overKeys(S, x.q()[token]), scale, out.o(), row);
                if (shape.crossRead()) {
                    copy(crossRead(S, x.r()[token], sums), 1, out.oCross(), row);
                }
            }
            copy(S, 1, out.finalState(), ((long) x.sequence() * shape.HV() + x.head()) * S.length);
        }
        return out;
    }

    private static void copy(float[] from, float factor, Tensor to, long at) {
        for (int i = 0; i < from.length; i++) {
            to.set(at + i, factor * from[i]);
        }
    }

    private float[] crossRead(float[] S, float[] r, Float32Sums sums) {
        float[] weights = sums.overValues(S, r);
        float max = Float.NEGATIVE_INFINITY;
        for (int d = 0; d < weights.length; d++) {
            weights[d] /= (float) Math.sqrt(shape.V());
            max = Math.max(max, weights[d]);
        }
        float sum = 0;
        for (int d : sums.keyOrder) {
            weights[d] = (float) Math.exp(weights[d] - max);
            sum += weights[d];
        }
        float[] x = sums.overKeys(S, weights);
        for (int c = 0; c < x.length; c++) {
            x[c] /= sum;
        }
        return x;
    }
}
