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
import io.deltarule.core.reference.delta.DeltaReference;

/**
 * The recurrence in plain float32, token by token, its sums over channels in any order: what float32 alone costs. {@link
 * Float32Errors} says what that allows a fast path.
 */
public final class Float32Recurrence {
    /** Sixteen units in the last place of float32, for sums that a fast path takes over micro-steps too. */
    public static final double REORDERING_FLOOR = 16 * 0x1p-24;

    private final Variant variant;
    private final DeltaInputs in;
    private final DeltaShape s;
    private final DeltaOutputs out;
    private final float scale;
    private final int[] keyOrder; // in which sums over K are taken
    private final int[] valueOrder; // in which sums over V are taken

    private Float32Recurrence(Variant variant, DeltaInputs in, double scale, int order) {
        this.variant = variant;
        this.in = in;
        this.s = in.validate(variant);
        this.out = DeltaOutputs.poisoned(s);
        this.scale = (float) scale;
        this.keyOrder = Float32Errors.indices(s.K(), order);
        this.valueOrder = Float32Errors.indices(s.V(), order);
    }

    /** The largest ratio that a float32 engine may show on this operation, for all outputs together. */
    public static double tolerance(Variant variant, DeltaInputs in, double scale, DeltaReference.Result exact) {
        Float32Errors errors = new Float32Errors();
        for (int order : Float32Errors.ORDERS) {
            DeltaOutputs plain = new Float32Recurrence(variant, in, scale, order).run();
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
        return new Float32Recurrence(variant, in, scale, 0).run();
    }

    private DeltaOutputs run() {
        if (in.initialState() == null) {
            out.finalState().fill(0);
        } else {
            out.finalState().copyFrom(in.initialState());
        }
        int[] ends = in.boundaries(s);
        for (int sequence = 0; sequence < s.sequences(); sequence++) {
            for (int j = 0; j < s.HV(); j++) {
                for (int t = ends[sequence]; t < ends[sequence + 1]; t++) {
                    token(sequence, j, t);
                }
            }
        }
        return out;
    }

    private void token(int sequence, int j, int t) {
        Tensor S = out.finalState();
        long base = ((long) sequence * s.HV() + j) * s.K() * s.V();
        for (int m = 0; m < s.householders(); m++) {
            int step = t * s.householders() + m;
            for (int c = 0; c < s.V(); c++) {
                float p = term(variant.writeValue(), step, j, c);
                for (int d : keyOrder) {
                    long at = base + (long) d * s.V() + c;
                    S.set(at, S.get(at) * (m == 0 ? decay(t, j, d) : 1));
                    p -= S.get(at) * term(variant.eraseKey(), step, j, d);
                }
                for (int d = 0; d < s.K(); d++) {
                    long at = base + (long) d * s.V() + c;
                    S.set(at, S.get(at) + p * channel(in.get(Input.K), step, j, d));
                }
            }
        }
        for (int c = 0; c < s.V(); c++) {
            float o = 0;
            for (int d : keyOrder) {
                o += S.get(base + (long) d * s.V() + c) * channel(in.get(Input.Q), t, j, d);
            }
            out.o().set(((long) t * s.HV() + j) * s.V() + c, scale * o);
        }
        if (s.crossRead()) {
            crossRead(base, ((long) t * s.HV() + j) * s.V());
        }
    }

    private void crossRead(long base, long row) {
        Tensor r = in.get(Input.R);
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

    private float decay(int t, int j, int d) {
        if (s.gate() == Gate.NONE) {
            return 1;
        }
        long head = (long) t * s.HV() + j;
        Tensor g = in.get(Input.G);
        return (float) Math.exp(s.gate() == Gate.SCALAR ? g.get(head) : g.get(head * s.K() + d));
    }

    private float term(Term term, int step, int j, int channel) {
        float gain = term.scalarGain()
                ? in.get(Input.BETA).get((long) step * s.HV() + j)
                : channel(in.get(term.gain()), step, j, channel);
        return channel(in.get(term.vector()), step, j, channel) * gain;
    }

    private float channel(Tensor tensor, int step, int j, int channel) {
        int heads = tensor.dim(2);
        return tensor.get(((long) step * heads + j / (s.HV() / heads)) * tensor.dim(3) + channel);
    }
}
