package io.deltarule.core.reference.op;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import java.util.Arrays;
import java.util.Map;

/** Mixture of experts in float64, one token at a time, straight from {@link MatrixOp.Experts}' equations. */
public final class ExpertsStep implements LayerStep {
    private final MatrixOp.Experts op;
    private final Map<String, WeightNumbers> weights;
    private final double[] x;
    private final double[] z;
    private final double[] y;

    public ExpertsStep(MatrixOp.Experts op, Map<String, WeightNumbers> weights, double[] x, double[] z, double[] y) {
        this.op = op;
        this.weights = weights;
        this.x = x;
        this.z = z;
        this.y = y;
    }

    @Override
    public void step(int sequence, int position) {
        ExpertChoice choice =
                ExpertChoice.of(op.routing(), z, weights.get(op.routing().correction()));
        Arrays.fill(y, 0);
        for (int e = 0; e < z.length; e++) {
            if (choice.chosen()[e]) {
                add(e, choice.weight(op.routing(), e));
            }
        }
    }

    private void add(int e, double weight) {
        double[] gate = new double[op.intermediate()];
        double[] up = new double[op.intermediate()];
        double[] down = new double[y.length];
        LayerEquations.linear(x, weights.get(op.gate(e)), null, gate);
        LayerEquations.linear(x, weights.get(op.up(e)), null, up);
        LayerEquations.multiply(up, gate, Activation.SILU, op.limit(), up);
        LayerEquations.linear(up, weights.get(op.down(e)), null, down);
        for (int i = 0; i < y.length; i++) {
            y[i] += weight * down[i];
        }
    }
}
