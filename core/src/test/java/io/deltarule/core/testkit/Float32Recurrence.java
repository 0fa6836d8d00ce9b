package io.deltarule.core.testkit;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Term;
import io.deltarule.core.Variant;
import io.deltarule.core.reference.DeltaReference;

/**
 * The recurrence in plain float32, token by token, its sums over channels in any order: what float32 alone costs. {@link
 * Float32Errors} says what that allows a fast path.
 */
public final class Float32Recurrence {
    /** Sixteen units in the last place of float32, for sums that a fast path takes over micro-steps too. */
    public static final double REORDERING_FLOOR = 16 * 0x1p-24;

    private Float32Recurrence() {}

    /** The largest ratio that a float32 engine may show on this operation, for all outputs together. */
    public static double tolerance(Variant variant, DeltaInputs in, double scale, DeltaReference.Result exact) {
        Float32Errors errors = new Float32Errors();
        for (int order : Float32Errors.ORDERS) {
            DeltaOutputs plain = run(variant, in, scale, order);
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
        return run(variant, in, scale, 0);
    }

    private static DeltaOutputs run(Variant variant, DeltaInputs in, double scale, int order) {
        DeltaShape s = in.validate(variant);
        DeltaOutputs out = DeltaOutputs.poisoned(s);
        if (in.initialState() == null) {
            out.finalState().fill(0);
        } else {
            out.finalState().copyFrom(in.initialState());
        }
        int[] keyOrder = Float32Errors.indices(s.K(), order);
        int[] valueOrder = Float32Errors.indices(s.V(), order);
        int[] ends = in.boundaries(s);
        for (int sequence = 0; sequence < s.sequences(); sequence++) {
            for (int j = 0; j < s.HV(); j++) {
                for (int t = ends[sequence]; t < ends[sequence + 1]; t++) {
                    token(variant, in, s, out, (float) scale, sequence, j, t, keyOrder, valueOrder);
                }
            }
        }
        return out;
    }

    private static void token(
            Variant variant,
            DeltaInputs in,
            DeltaShape s,
            DeltaOutputs out,
            float scale,
            int sequence,
            int j,
            int t,
            int[] keyOrder,
            int[] valueOrder) {
        Tensor S = out.finalState();
        long base = ((long) sequence * s.HV() + j) * s.K() * s.V();
        for (int m = 0; m < s.householders(); m++) {
            int step = t * s.householders() + m;
            for (int c = 0; c < s.V(); c++) {
                float p = term(variant.writeValue(), in, s, step, j, c);
                for (int d : keyOrder) {
                    long at = base + (long) d * s.V() + c;
                    S.set(at, S.get(at) * (m == 0 ? decay(in, s, t, j, d) : 1));
                    p -= S.get(at) * term(variant.eraseKey(), in, s, step, j, d);
                }
                for (int d = 0; d < s.K(); d++) {
                    long at = base + (long) d * s.V() + c;
                    S.set(at, S.get(at) + p * channel(in.get(Input.K), s, step, j, d));
                }
            }
        }
        for (int c = 0; c < s.V(); c++) {
            float o = 0;
            for (int d : keyOrder) {
                o += S.get(base + (long) d * s.V() + c) * channel(in.get(Input.Q), s, t, j, d);
            }
            out.o().set(((long) t * s.HV() + j) * s.V() + c, scale * o);
        }
        if (s.crossRead()) {
            crossRead(in.get(Input.R), s, out, base, ((long) t * s.HV() + j) * s.V(), keyOrder, valueOrder);
        }
    }

    private static void crossRead(
            Tensor r, DeltaShape s, DeltaOutputs out, long base, long row, int[] keyOrder, int[] valueOrder) {
        Tensor S = out.finalState();
        float[] weights = new float[s.K()];
        float max = Float.NEGATIVE_INFINITY;
        for (int d = 0; d < s.K(); d++) {
            for (int c : valueOrder) {
                weights[d] += S.get(base + (long) d * s.V() + c) * r.get(row + c);
            }
            weights[d] /= (float) Math.sqrt(s.V());
            max = Math.max(max, weights[d]);
        }
        float sum = 0;
        for (int d : keyOrder) {
            weights[d] = (float) Math.exp(weights[d] - max);
            sum += weights[d];
        }
        for (int c = 0; c < s.V(); c++) {
            float x = 0;
            for (int d : keyOrder) {
                x += S.get(base + (long) d * s.V() + c) * weights[d];
            }
            out.oCross().set(row + c, x / sum);
        }
    }

    private static float decay(DeltaInputs in, DeltaShape s, int t, int j, int d) {
        if (s.gate() == Gate.NONE) {
            return 1;
        }
        long head = (long) t * s.HV() + j;
        Tensor g = in.get(Input.G);
        return (float) Math.exp(s.gate() == Gate.SCALAR ? g.get(head) : g.get(head * s.K() + d));
    }

    private static float term(Term term, DeltaInputs in, DeltaShape s, int step, int j, int channel) {
        float gain = term.scalarGain()
                ? in.get(Input.BETA).get((long) step * s.HV() + j)
                : channel(in.get(term.gain()), s, step, j, channel);
        return channel(in.get(term.vector()), s, step, j, channel) * gain;
    }

    private static float channel(Tensor tensor, DeltaShape s, int step, int j, int channel) {
        int heads = tensor.dim(2);
        return tensor.get(((long) step * heads + j / (s.HV() / heads)) * tensor.dim(3) + channel);
    }
}
