package io.deltarule.core.reference.op;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.reference.delta.Flat;
import io.deltarule.core.reference.delta.StateRowRead;
import io.deltarule.core.reference.delta.Token;
import io.deltarule.core.reference.delta.TokenRule;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/** The delta rule as an operation of a layer, in float64: the variant's own reference on this token's rows. */
public final class DeltaStep implements LayerStep {
    private final SequenceOp.Delta op;
    private final DeltaShape s;
    private final TokenRule rule;
    private final Map<Input, double[]> in;
    private final double[] o;
    private final double[] oCross;
    private final double[][][] states; // [N · HV][K][V]
    private final Token token;

    /**
     * @param in one row per input, of all heads and micro-steps
     * @param oCross null where there is no selective read
     */
    public DeltaStep(SequenceOp.Delta op, Map<Input, double[]> in, double[] o, double[] oCross, int sequences) {
        this.op = op;
        this.s = op.shape();
        this.rule = DeltaReference.rule(op.variant());
        this.in = in;
        this.o = o;
        this.oCross = oCross;
        this.states = new double[sequences * s.HV()][s.K()][s.V()];
        this.token = new Token(s);
    }

    @Override
    public void step(int sequence, int position) {
        for (int j = 0; j < s.HV(); j++) {
            double[][] S = states[sequence * s.HV() + j];
            load(j);
            rule.update(S, token);
            double[] read = TokenRule.retrieve(S, token.q);
            for (int c = 0; c < s.V(); c++) {
                o[j * s.V() + c] = op.scale() * read[c];
            }
            if (oCross != null) {
                System.arraycopy(StateRowRead.read(S, token.r), 0, oCross, j * s.V(), s.V());
            }
        }
    }

    private void load(int j) {
        row(Input.Q, 0, j, token.q);
        row(Input.R, 0, j, token.r);
        double[] g = in.get(Input.G);
        for (int i = 0; i < s.K(); i++) {
            token.logDecay[i] = s.gate() == Gate.NONE ? 0 : s.gate() == Gate.SCALAR ? g[j] : g[j * s.K() + i];
        }
        double[] strength = in.get(Input.BETA);
        for (int m = 0; m < s.householders(); m++) {
            row(Input.K, m, j, token.k[m]);
            row(Input.V, m, j, token.v[m]);
            row(Input.P, m, j, token.p[m]);
            row(Input.B, m, j, token.b[m]);
            row(Input.W, m, j, token.w[m]);
            token.beta[m] = strength == null ? Double.NaN : strength[m * s.HV() + j];
        }
    }

    /** One value head's channels of micro-step m; grouped heads share theirs. NaN where the variant has no such input. */
    private void row(Input input, int m, int j, double[] to) {
        double[] from = in.get(input);
        if (from == null) {
            Arrays.fill(to, Double.NaN);
            return;
        }
        int heads = input.axesOfWidth(s, from.length).heads();
        System.arraycopy(from, (m * heads + j / (s.HV() / heads)) * to.length, to, 0, to.length);
    }

    @Override
    public void reset() {
        Flat.clear(states);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        Flat.copy(states, to.next());
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        Flat.copy(from.next(), states);
    }
}
