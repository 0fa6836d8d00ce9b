package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.NormOp;
import io.deltarule.core.reference.op.LayerEquations;
import io.deltarule.core.reference.op.WeightNumbers;
import java.util.Arrays;

/** Norms: what divides a group depends on all of its channels. */
final class NormBackward {
    private NormBackward() {}

    /** With r = (Σ x² + eps)^(−1/2): x̄ += r ȳ − r³ (x·ȳ) x per group. */
    static void l2Norm(NormOp.L2Norm op, BackwardRun run) {
        double[] x = run.values(op.in());
        double[] dy = run.gradient(op.out());
        for (int from = 0; from < x.length; from += op.group()) {
            double r = 1 / Math.sqrt(dot(x, x, from, op.group()) + op.eps());
            addScaled(run.gradient(op.in()), x, dy, from, op.group(), r, r * r * r);
        }
    }

    /**
     * With r = (mean x² + eps)^(−1/2), h = act(z) ⊙ w' ⊙ ȳ and D channels per group:
     *
     * <pre>
     *   x̄ += r h − r³/D (x·h) x        w̄ += Σ_groups act(z) ⊙ r x ⊙ ȳ        z̄ += act'(z) ⊙ w' ⊙ r x ⊙ ȳ
     * </pre>
     */
    static void rmsNorm(NormOp.RmsNorm op, BackwardRun run) {
        double[] x = run.values(op.in());
        double[] z = run.values(op.gate());
        double[] dy = run.gradient(op.out());
        double[] dz = run.gradient(op.gate());
        double[] dw = run.weightGradient(op.weight());
        WeightNumbers w = run.weight(op.weight());
        double[] h = new double[x.length];
        for (int from = 0; from < x.length; from += op.group()) {
            double r = 1 / Math.sqrt(dot(x, x, from, op.group()) / op.group() + op.eps());
            for (int c = 0; c < op.group(); c++) {
                int i = from + c;
                double weight = w.get(c) + (op.zeroCentred() ? 1 : 0);
                double gate = z == null ? 1 : LayerEquations.activation(op.activation(), z[i]);
                h[i] = gate * weight * dy[i];
                BackwardRun.add(dw, c, gate * r * x[i] * dy[i]);
                if (dz != null) {
                    dz[i] += Derivatives.activation(op.activation(), z[i]) * weight * r * x[i] * dy[i];
                }
            }
            addScaled(run.gradient(op.in()), x, h, from, op.group(), r, r * r * r / op.group());
        }
    }

    /**
     * With μ = mean x, r = (mean (x − μ)² + eps)^(−1/2), n = r (x − μ) and h = w ⊙ ȳ, all per group:
     *
     * <pre>  x̄ += r (h − mean h − n mean(n ⊙ h))        w̄ += n ⊙ ȳ        b̄ += ȳ </pre>
     */
    static void layerNorm(NormOp.LayerNorm op, BackwardRun run) {
        double[] x = run.values(op.in());
        double[] dy = run.gradient(op.out());
        WeightNumbers w = run.weight(op.weight());
        int D = op.group();
        int width = op.in().width();
        double[] n = new double[D];
        double[] h = new double[D];
        for (int from = 0; from < x.length; from += D) {
            double mean = Arrays.stream(x, from, from + D).average().orElseThrow();
            double variance = 0;
            for (int c = 0; c < D; c++) {
                variance += (x[from + c] - mean) * (x[from + c] - mean) / D;
            }
            double r = 1 / Math.sqrt(variance + op.eps());
            for (int c = 0; c < D; c++) {
                int channel = (from + c) % width;
                n[c] = r * (x[from + c] - mean);
                h[c] = w.get(channel) * dy[from + c];
                BackwardRun.add(run.weightGradient(op.weight()), channel, n[c] * dy[from + c]);
                BackwardRun.add(run.weightGradient(op.bias()), channel, dy[from + c]);
            }
            double meanH = Arrays.stream(h).average().orElseThrow();
            double meanNH = dot(n, h, 0, D) / D;
            for (int c = 0; c < D; c++) {
                BackwardRun.add(run.gradient(op.in()), from + c, r * (h[c] - meanH - n[c] * meanNH));
            }
        }
    }

    /** With S = Σ x: x̄ += ȳ / S − (x·ȳ) / S² per group. */
    static void sumNorm(NormOp.SumNorm op, BackwardRun run) {
        double[] x = run.values(op.in());
        double[] dy = run.gradient(op.out());
        double[] dx = run.gradient(op.in());
        for (int from = 0; dx != null && from < x.length; from += op.group()) {
            double sum = 0;
            for (int i = from; i < from + op.group(); i++) {
                sum += x[i];
            }
            double shared = dot(x, dy, from, op.group()) / (sum * sum);
            for (int i = from; i < from + op.group(); i++) {
                dx[i] += dy[i] / sum - shared;
            }
        }
    }

    /** dx += a h − b (x·h) x over one group. */
    private static void addScaled(double[] dx, double[] x, double[] h, int from, int count, double a, double b) {
        double shared = b * dot(x, h, from, count);
        for (int i = from; i < from + count; i++) {
            BackwardRun.add(dx, i, a * h[i] - shared * x[i]);
        }
    }

    private static double dot(double[] a, double[] b, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
