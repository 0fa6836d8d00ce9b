package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.reference.delta.StateRowRead;
import io.deltarule.core.reference.op.ExpertChoice;
import io.deltarule.core.reference.op.LayerEquations;

/**
 * Mixture of experts, the choice C taken as constant: the correction c has no gradient. With f the factor, S = Σ_C s:
 *
 * <pre>
 *   w̄_e = ȳ · expert_e(x)                   e ∈ C
 *   s̄_e = f w̄_e / S − f Σ_C w̄_j s_j / S²     renormalised; else f w̄_e
 *   z̄   = s ⊙ (s̄ − s·s̄), or s (1 − s) ⊙ s̄ of sigmoids          s̄ = 0 outside of C
 * </pre>
 */
final class ExpertsBackward {
    private final MatrixOp.Experts op;
    private final BackwardRun run;

    ExpertsBackward(MatrixOp.Experts op, BackwardRun run) {
        this.op = op;
        this.run = run;
    }

    void run() {
        for (int t = 0; t < run.tokens(); t++) {
            token(t);
        }
    }

    private void token(int t) {
        MatrixOp.Experts.Routing routing = op.routing();
        double[] x = FlatRows.row(run.values(op.in()), t, op.in().width());
        double[] z = FlatRows.row(run.values(op.logits()), t, op.experts());
        double[] dy = FlatRows.row(run.gradient(op.out()), t, op.out().width());
        ExpertChoice choice = ExpertChoice.of(routing, z, run.weight(routing.correction()));
        double[] dWeights = new double[z.length];
        for (int e = 0; e < z.length; e++) {
            if (choice.chosen()[e]) {
                dWeights[e] = expert(e, choice.weight(routing, e), x, dy, t);
            }
        }
        FlatRows.add(run.gradient(op.logits()), t, logits(choice, dWeights, z));
    }

    private double[] logits(ExpertChoice choice, double[] dWeights, double[] z) {
        double[] s = choice.scores();
        double shared = op.routing().renormalised() ? StateRowRead.dot(dWeights, s) / choice.sum() : 0;
        double[] ds = new double[z.length];
        for (int e = 0; e < z.length; e++) {
            ds[e] = choice.chosen()[e] ? op.routing().factor() * (dWeights[e] - shared) / choice.sum() : 0;
        }
        if (!op.routing().sigmoid()) {
            return StateRowRead.logitGradients(s, ds);
        }
        for (int e = 0; e < z.length; e++) {
            ds[e] *= Derivatives.activation(Activation.SIGMOID, z[e]);
        }
        return ds;
    }

    /** One expert backward; returns the gradient of its weight. */
    private double expert(int e, double weight, double[] x, double[] dy, int t) {
        double[] gate = new double[op.intermediate()];
        double[] up = new double[op.intermediate()];
        double[] middle = new double[op.intermediate()];
        double[] down = new double[dy.length];
        LayerEquations.linear(x, run.weight(op.gate(e)), null, gate);
        LayerEquations.linear(x, run.weight(op.up(e)), null, up);
        LayerEquations.multiply(up, gate, Activation.SILU, op.limit(), middle);
        LayerEquations.linear(middle, run.weight(op.down(e)), null, down);
        double[] dDown = dy.clone();
        for (int i = 0; i < dDown.length; i++) {
            dDown[i] *= weight;
        }
        double[] dMiddle = product(op.down(e), middle, dDown);
        double[] dUp = new double[up.length];
        double[] dGate = new double[gate.length];
        for (int i = 0; i < up.length; i++) {
            LimitedProduct slopes = LimitedProduct.of(up[i], gate[i], Activation.SILU, op.limit());
            dUp[i] = dMiddle[i] * slopes.byFactor();
            dGate[i] = dMiddle[i] * slopes.byGate();
        }
        FlatRows.add(run.gradient(op.in()), t, product(op.up(e), x, dUp));
        FlatRows.add(run.gradient(op.in()), t, product(op.gate(e), x, dGate));
        return StateRowRead.dot(dy, down);
    }

    private double[] product(String weight, double[] x, double[] dy) {
        return MatrixBackward.product(x, dy, run.weight(weight), run.weightGradient(weight), null);
    }
}
