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
 * The recurrence in plain float32, token by token with no reordering: what float32 alone costs. Fast paths are allowed
 * twice its error plus a floor.
 */
public final class Float32Recurrence {
    /**
     * Added to twice the plain recurrence's error: sixteen units in the last place of float32, for sums that a fast path
     * takes in another order.
     */
    public static final double REORDERING_FLOOR = 16 * 0x1p-24;

    private Float32Recurrence() {}

    /** The largest ratio that a float32 engine may show on this operation, for all outputs together. */
    public static double tolerance(Variant variant, DeltaInputs in, double scale, DeltaReference.Result exact) {
        DeltaOutputs plain = run(variant, in, scale);
        double worst = Math.max(
                Comparison.of("o", exact.o(), plain.o()).ratio(),
                Comparison.of("final_state", exact.finalState(), plain.finalState())
                        .ratio());
        if (exact.oCross() != null) {
            worst = Math.max(
                    worst,
                    Comparison.of("o_cross", exact.oCross(), plain.oCross()).ratio());
        }
        return 2 * worst + REORDERING_FLOOR;
    }

    /** Runs it. */
    public static DeltaOutputs run(Variant variant, DeltaInputs in, double scale) {
        DeltaShape s = in.validate(variant);
        DeltaOutputs out = DeltaOutputs.poisoned(s);
        if (in.initialState() == null) {
            out.finalState().fill(0);
        } else {
            out.finalState().copyFrom(in.initialState());
        }
        int[] ends = in.boundaries(s);
        for (int sequence = 0; sequence < s.sequences(); sequence++) {
            for (int j = 0; j < s.HV(); j++) {
                for (int t = ends[sequence]; t < ends[sequence + 1]; t++) {
                    token(variant, in, s, out, (float) scale, sequence, j, t);
                }
            }
        }
        return out;
    }

    private static void token(
            Variant variant, DeltaInputs in, DeltaShape s, DeltaOutputs out, float scale, int sequence, int j, int t) {
        Tensor S = out.finalState();
        long base = ((long) sequence * s.HV() + j) * s.K() * s.V();
        for (int m = 0; m < s.householders(); m++) {
            int step = t * s.householders() + m;
            for (int c = 0; c < s.V(); c++) {
                float p = term(variant.writeValue(), in, s, step, j, c);
                for (int d = 0; d < s.K(); d++) {
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
            for (int d = 0; d < s.K(); d++) {
                o += S.get(base + (long) d * s.V() + c) * channel(in.get(Input.Q), s, t, j, d);
            }
            out.o().set(((long) t * s.HV() + j) * s.V() + c, scale * o);
        }
        if (s.crossRead()) {
            crossRead(in.get(Input.R), s, out, base, ((long) t * s.HV() + j) * s.V());
        }
    }

    private static void crossRead(Tensor r, DeltaShape s, DeltaOutputs out, long base, long row) {
        Tensor S = out.finalState();
        float[] weights = new float[s.K()];
        float max = Float.NEGATIVE_INFINITY;
        for (int d = 0; d < s.K(); d++) {
            for (int c = 0; c < s.V(); c++) {
                weights[d] += S.get(base + (long) d * s.V() + c) * r.get(row + c);
            }
            weights[d] /= (float) Math.sqrt(s.V());
            max = Math.max(max, weights[d]);
        }
        float sum = 0;
        for (int d = 0; d < s.K(); d++) {
            weights[d] = (float) Math.exp(weights[d] - max);
            sum += weights[d];
        }
        for (int c = 0; c < s.V(); c++) {
            float x = 0;
            for (int d = 0; d < s.K(); d++) {
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
