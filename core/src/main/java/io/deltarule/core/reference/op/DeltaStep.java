package io.deltarule.core.reference.op;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.reference.delta.DeltaNumbers;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.reference.delta.Flat;
import io.deltarule.core.reference.delta.LevelStep;
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
    private final DeltaNumbers in; // one token's
    private final double[] o;
    private final double[] oCross;
    private final double[][][] states; // [N · HV][K][V], or one per level after the other
    private final Token token;
    private final LevelStep levels; // null but for log-linear states

    /**
     * @param in one row per input, of all heads and micro-steps
     * @param oCross null where there is no selective read
     */
    public DeltaStep(SequenceOp.Delta op, Map<Input, double[]> in, double[] o, double[] oCross, int sequences) {
        this.op = op;
        this.s = op.shape();
        this.rule = DeltaReference.rule(op.variant());
        this.in = new DeltaNumbers(op.shape(1, 1), in, null, new int[] {0, 1});
        this.o = o;
        this.oCross = oCross;
        this.states = new double[sequences * s.HV() * s.state().perHead()][s.K()][s.V()];
        this.token = new Token(s);
        this.levels = s.logLinear() ? new LevelStep(rule, s) : null;
    }

    @Override
    public void step(int sequence, int position) {
        for (int j = 0; j < s.HV(); j++) {
            int first = (sequence * s.HV() + j) * s.state().perHead();
            double[] read = levels == null
                    ? oneState(states[first], j)
                    : levels.advance(Arrays.copyOfRange(states, first, first + s.levels()), position, in, 0, j);
            for (int c = 0; c < s.V(); c++) {
                o[j * s.V() + c] = op.scale() * read[c];
            }
        }
    }

    private double[] oneState(double[][] state, int j) {
        token.load(in, 0, j);
        rule.update(state, token);
        if (oCross != null) {
            System.arraycopy(StateRowRead.read(state, token.r), 0, oCross, j * s.V(), s.V());
        }
        return TokenRule.retrieve(state, token.q);
    }

    @Override
    public double[] state() {
        return Flat.of(states);
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
