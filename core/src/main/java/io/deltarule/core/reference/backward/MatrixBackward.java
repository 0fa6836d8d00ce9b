package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.reference.delta.StateRowRead;
import io.deltarule.core.reference.op.LayerEquations;
import io.deltarule.core.reference.op.WeightNumbers;

/** Products and looked-up rows: x̄ += Wᵀ ȳ, W̄ += ȳ xᵀ, b̄ += ȳ. */
final class MatrixBackward {
    private MatrixBackward() {}

    /** The row that was looked up gets its token's gradient. */
    static void embedding(MatrixOp.Embedding op, BackwardRun run) {
        double[] ids = run.values(op.ids());
        double[] dy = run.gradient(op.out());
        int width = op.out().width();
        for (int t = 0; t < run.tokens(); t++) {
            int id = (int) ids[t];
            for (int i = 0; i < width; i++) {
                BackwardRun.add(run.weightGradient(op.table()), id * width + i, dy[t * width + i]);
            }
        }
    }

    static void linear(MatrixOp.Linear op, BackwardRun run) {
        double[] dy = run.gradient(op.out());
        int out = op.out().width();
        int in = op.in().width();
        for (int t = 0; t < run.tokens(); t++) {
            double[] x = FlatRows.row(run.values(op.in()), t, in);
            double[] dx = product(
                    x,
                    FlatRows.row(dy, t, out),
                    run.weight(op.weight()),
                    run.weightGradient(op.weight()),
                    run.weightGradient(op.bias()));
            FlatRows.add(run.gradient(op.in()), t, dx);
        }
    }

    /** With p = softmax(z) and the label c: z̄ = L̄ (p − onehot(c)), then as a product; nothing for the label −1. */
    static void crossEntropy(MatrixOp.CrossEntropy op, BackwardRun run) {
        double[] labels = run.values(op.labels());
        double[] dLoss = run.gradient(op.out());
        WeightNumbers W = run.weight(op.weight());
        for (int t = 0; t < run.tokens(); t++) {
            if (labels[t] < 0) {
                continue;
            }
            double[] x = FlatRows.row(run.values(op.in()), t, op.in().width());
            double[] logits = new double[op.classes()];
            LayerEquations.linear(x, W, run.weight(op.bias()), logits);
            double[] dz = StateRowRead.softmax(logits);
            dz[(int) labels[t]] -= 1;
            for (int c = 0; c < dz.length; c++) {
                dz[c] *= dLoss[t];
            }
            double[] dx = product(x, dz, W, run.weightGradient(op.weight()), run.weightGradient(op.bias()));
            FlatRows.add(run.gradient(op.in()), t, dx);
        }
    }

    /** Of y = W x + b: adds ȳ xᵀ to dW and ȳ to db where they are there, and returns Wᵀ ȳ. */
    static double[] product(double[] x, double[] dy, WeightNumbers W, double[] dW, double[] db) {
        double[] dx = new double[x.length];
        double[] weights = new double[x.length];
        for (int i = 0; i < dy.length; i++) {
            W.read((long) i * x.length, weights);
            for (int j = 0; j < x.length; j++) {
                dx[j] += weights[j] * dy[i];
                BackwardRun.add(dW, i * x.length + j, dy[i] * x[j]);
            }
            BackwardRun.add(db, i, dy[i]);
        }
        return dx;
    }
}
