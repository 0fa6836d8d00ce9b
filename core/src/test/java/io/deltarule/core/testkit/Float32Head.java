package io.deltarule.core.testkit;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;

/**
 * What one value head of one sequence reads, in float32: its rows as arrays, terms multiplied and exponentials taken. None of
 * this depends on the order of sums, so the plain float32 passes do it once for all their orders.
 *
 * @param from the sequence's first token; {@code to} is one past its last
 * @param q rows of the tokens, like {@code r} (null without a selective read) and {@code decays}
 * @param decays exp g by key channel, null without a gate
 * @param k rows of the micro-steps, like the terms
 */
@SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
record Float32Head(
        int sequence,
        int head,
        int from,
        int to,
        float[] initialState,
        float[][] q,
        float[][] r,
        float[][] lambda,
        float[][] decays,
        float[][] k,
        Term erase,
        Term write) {
    /** Rows of vector ⊙ gain, a gain per head being one channel wide. */
    @SuppressWarnings("ArrayRecordComponent")
    record Term(float[][] vector, float[][] gain, float[][] product) {
        private static Term of(io.deltarule.core.Term term, DeltaInputs in, DeltaShape s, int j, int from, int to) {
            if (term == null) { // nothing is erased
                return new Term(null, null, new float[to - from][s.K()]);
            }
            float[][] vector = rows(in.get(term.vector()), s, j, from, to);
            float[][] gain = rows(in.get(term.gain()), s, j, from, to);
            float[][] product = new float[vector.length][];
            for (int row = 0; row < vector.length; row++) {
                product[row] = times(vector[row], gain[row]);
            }
            return new Term(vector, gain, product);
        }
    }

    /** Every value head of every sequence. */
    static List<Float32Head> all(Variant variant, DeltaInputs in, DeltaShape s) {
        int[] ends = in.boundaries(s);
        List<Float32Head> heads = new ArrayList<>();
        for (int sequence = 0; sequence < s.sequences(); sequence++) {
            for (int j = 0; j < s.HV(); j++) {
                heads.add(of(variant, in, s, sequence, j, ends[sequence], ends[sequence + 1]));
            }
        }
        return heads;
    }

    private static Float32Head of(
            Variant variant, DeltaInputs in, DeltaShape s, int sequence, int j, int from, int to) {
        int n = s.householders();
        return new Float32Head(
                sequence,
                j,
                from,
                to,
                state(in.initialState(), s, sequence, j),
                rows(in.get(Input.Q), s, j, from, to),
                s.crossRead() ? rows(in.get(Input.R), s, j, from, to) : null,
                s.logLinear() ? rows(in.get(Input.LAMBDA), s, j, from, to) : null,
                decays(in, s, j, from, to),
                rows(in.get(Input.K), s, j, from * n, to * n),
                Term.of(variant.eraseKey(), in, s, j, from * n, to * n),
                Term.of(variant.writeValue(), in, s, j, from * n, to * n));
    }

    /** The decay before micro-step m of a token of the sequence, null where there is none. */
    float[] decay(int token, int m) {
        return m == 0 && decays != null ? decays[token] : null;
    }

    /** A head's part of a tensor of states, zeros where there is no tensor. */
    static float[] state(Tensor states, DeltaShape s, int sequence, int j) {
        int size = s.K() * s.V();
        float[] state = new float[size];
        for (int i = 0; states != null && i < size; i++) {
            state[i] = states.get(((long) sequence * s.HV() + j) * size + i);
        }
        return state;
    }

    /** Where a row of a [.., .., heads] or [.., .., heads, channels] tensor begins; value heads may share it. */
    static long at(Tensor tensor, DeltaShape s, int row, int j) {
        int heads = tensor.dim(2);
        return ((long) row * heads + j / (s.HV() / heads)) * width(tensor);
    }

    private static int width(Tensor tensor) {
        return tensor.rank() == 3 ? 1 : tensor.dim(3);
    }

    /** One head's rows [from, to) of such a tensor. */
    static float[][] rows(Tensor tensor, DeltaShape s, int j, int from, int to) {
        float[][] rows = new float[to - from][width(tensor)];
        for (int row = from; row < to; row++) {
            long at = at(tensor, s, row, j);
            for (int i = 0; i < rows[row - from].length; i++) {
                rows[row - from][i] = tensor.get(at + i);
            }
        }
        return rows;
    }

    /** a ⊙ b, where b may be one number for all channels. */
    static float[] times(float[] a, float[] b) {
        float[] product = a.clone();
        for (int i = 0; i < product.length; i++) {
            product[i] *= b[b.length == 1 ? 0 : i];
        }
        return product;
    }

    private static float[][] decays(DeltaInputs in, DeltaShape s, int j, int from, int to) {
        if (s.gate() == Gate.NONE) {
            return null;
        }
        float[][] g = rows(in.get(Input.G), s, j, from, to);
        float[][] decays = new float[g.length][s.K()];
        for (int t = 0; t < g.length; t++) {
            for (int d = 0; d < s.K(); d++) {
                decays[t][d] = d < g[t].length ? (float) Math.exp(g[t][d]) : decays[t][0];
            }
        }
        return decays;
    }
}
