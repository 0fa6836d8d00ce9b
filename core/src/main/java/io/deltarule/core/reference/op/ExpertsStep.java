package io.deltarule.core.reference.op;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Weight;
import java.util.Arrays;
import java.util.Map;

/** Mixture of experts in float64, one token at a time, straight from {@link MatrixOp.Experts}' equations. */
public final class ExpertsStep implements LayerStep {
    private final MatrixOp.Experts op;
    private final Map<String, Weight> weights;
    private final double[] x;
    private final double[] z;
    private final double[] y;

    public ExpertsStep(MatrixOp.Experts op, Map<String, Weight> weights, double[] x, double[] z, double[] y) {
        this.op = op;
        this.weights = weights;
        this.x = x;
        this.z = z;
        this.y = y;
    }

    @Override
    public void step(int sequence, int position) {
        double[] scores = op.routing().sigmoid() ? sigmoids() : softmax();
        boolean[] chosen = chosen(scores);
        double sum = 0;
        for (int e = 0; e < scores.length; e++) {
            sum += chosen[e] ? scores[e] : 0;
        }
        Arrays.fill(y, 0);
        for (int e = 0; e < scores.length; e++) {
            if (chosen[e]) {
                add(e, op.routing().factor() * scores[e] / (op.routing().renormalised() ? sum : 1));
            }
        }
    }

    private double[] sigmoids() {
        return Arrays.stream(z).map(LayerEquations::sigmoid).toArray();
    }

    private double[] softmax() {
        double max = Arrays.stream(z).max().orElseThrow();
        double[] exp = Arrays.stream(z).map(l -> Math.exp(l - max)).toArray();
        double sum = Arrays.stream(exp).sum();
        return Arrays.stream(exp).map(p -> p / sum).toArray();
    }

    /** An expert is chosen if fewer than k are better: have a larger corrected score, or the same and a lower number. */
    private boolean[] chosen(double[] scores) {
        Weight c = weights.get(op.routing().correction());
        boolean[] chosen = new boolean[scores.length];
        for (int e = 0; e < scores.length; e++) {
            int better = 0;
            double own = scores[e] + (c == null ? 0 : c.get(e));
            for (int other = 0; other < scores.length; other++) {
                double its = scores[other] + (c == null ? 0 : c.get(other));
                better += its > own || (its == own && other < e) ? 1 : 0;
            }
            chosen[e] = better < op.routing().chosen();
        }
        return chosen;
    }

    private void add(int e, double weight) {
        double[] gate = new double[op.intermediate()];
        double[] up = new double[op.intermediate()];
        double[] down = new double[y.length];
        LayerEquations.linear(x, weights.get(op.gate(e)), null, gate);
        LayerEquations.linear(x, weights.get(op.up(e)), null, up);
        LayerEquations.multiply(up, gate, Activation.SILU, up);
        LayerEquations.linear(up, weights.get(op.down(e)), null, down);
        for (int i = 0; i < y.length; i++) {
            y[i] += weight * down[i];
        }
    }
}
