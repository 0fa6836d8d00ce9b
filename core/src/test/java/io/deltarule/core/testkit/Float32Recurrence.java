package io.deltarule.core.testkit;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Levels;
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
            float[][] S = new float[shape.state().perHead()][shape.K() * shape.V()];
            S[0] = x.initialState().clone();
            for (int t = x.from(); t < x.to(); t++) {
                int token = t - x.from();
                long row = ((long) t * shape.HV() + x.head()) * shape.V();
                merge(S, shape, token);
                for (int m = 0; m < shape.householders(); m++) {
                    int step = token * shape.householders() + m;
                    for (int level = 0; level < S.length; level++) {
                        Float32Sums.decay(S[level], x.decay(token, m));
                        float[] u = level == 0 ? x.write().product()[step] : new float[shape.V()];
                        float[] p = sums.pseudoValue(S[level], x.erase().product()[step], u);
                        Float32Sums.addOuter(S[level], 1, x.k()[step], p);
                    }
                }
                copy(read(S, x, token, sums), scale, out.o(), row);
                if (shape.crossRead()) {
                    copy(crossRead(S[0], x.r()[token], sums), 1, out.oCross(), row);
                }
            }
            for (int level = 0; level < S.length; level++) {
                long at = shape.state().index(x.sequence(), x.head()) + level;
                copy(S[level], 1, out.finalState(), at * S[level].length);
            }
        }
        return out;
    }

    static void merge(float[][] S, DeltaShape shape, int token) {
        int into = shape.logLinear() && token > 0 ? Levels.mergedInto(token) : 0;
        for (int level = 0; level < into; level++) {
            for (int i = 0; i < S[level].length; i++) {
                S[into][i] += S[level][i];
                S[level][i] = 0;
            }
        }
    }

    private float[] read(float[][] S, Float32Head x, int token, Float32Sums sums) {
        float[] out = sums.overKeys(S[0], x.q()[token]);
        for (int level = 0; level < S.length && shape.logLinear(); level++) {
            float[] read = sums.overKeys(S[level], x.q()[token]);
            for (int c = 0; c < out.length; c++) {
                out[c] = (level == 0 ? 0 : out[c]) + x.lambda()[token][level] * read[c];
            }
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
