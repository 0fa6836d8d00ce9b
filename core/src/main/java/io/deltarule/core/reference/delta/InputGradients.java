package io.deltarule.core.reference.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Term;
import io.deltarule.core.Variant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * From the recurrence's gradients to those of a variant's tensors, in float64: the chain rule of e = vector ⊙ gain and
 * u = vector ⊙ gain, where a gain per head sums over channels. Value heads that share a tensor's head add up.
 */
final class InputGradients {
    private final Variant variant;
    private final DeltaShape s;
    private final DeltaNumbers in;
    private final Map<Input, double[]> sums = new EnumMap<>(Input.class);

    InputGradients(Variant variant, DeltaNumbers in) {
        this.variant = variant;
        this.s = in.shape();
        this.in = in;
        in.inputs().forEach((input, numbers) -> sums.put(input, new double[numbers.length]));
    }

    Map<Input, double[]> sums() {
        return sums;
    }

    /** Adds what value head j gives at token t. */
    void addToken(int t, int j, double[] dq, double[] dg, double[] dr) {
        add(Input.Q, t, j, dq);
        if (s.crossRead()) {
            add(Input.R, t, j, dr);
        }
        if (s.gate() == Gate.CHANNEL) {
            add(Input.G, t, j, dg);
        } else if (s.gate() == Gate.SCALAR) {
            addScalar(Input.G, t, j, Arrays.stream(dg).sum());
        }
    }

    /**
     * Adds what value head j gives at micro-step m of token t.
     *
     * @param x the token, loaded
     * @param dk gradient of the write key
     */
    void addMicroStep(Token x, int t, int m, int j, double[] dk, double[] de, double[] du) {
        int row = t * s.householders() + m;
        add(Input.K, row, j, dk);
        addTerm(variant.eraseKey(), x, row, m, j, de);
        addTerm(variant.writeValue(), x, row, m, j, du);
    }

    private void addTerm(Term term, Token x, int row, int m, int j, double[] gradient) {
        double[] vector = x.channels(term.vector(), m);
        if (term.scalarGain()) {
            add(
                    term.vector(),
                    row,
                    j,
                    Arrays.stream(gradient).map(d -> d * x.beta[m]).toArray());
            addScalar(Input.BETA, row, j, StateRowRead.dot(gradient, vector));
        } else {
            add(term.vector(), row, j, product(gradient, x.channels(term.gain(), m)));
            add(term.gain(), row, j, product(gradient, vector));
        }
    }

    private static double[] product(double[] a, double[] b) {
        double[] out = a.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] *= b[i];
        }
        return out;
    }

    private void add(Input input, int row, int j, double[] values) {
        int heads = in.heads(input);
        int at = (row * heads + j / (s.HV() / heads)) * values.length;
        double[] sum = sums.get(input);
        for (int i = 0; i < values.length; i++) {
            sum[at + i] += values[i];
        }
    }

    private void addScalar(Input input, int row, int j, double value) {
        sums.get(input)[row * s.HV() + j] += value;
    }
}
