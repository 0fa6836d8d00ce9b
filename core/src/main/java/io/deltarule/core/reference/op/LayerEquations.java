package io.deltarule.core.reference.op;

import io.deltarule.core.layer.Activation;
import java.util.Arrays;

/**
 * The operations that carry nothing, one method each, straight from {@link io.deltarule.core.layer.LayerOp}'s equations.
 * Arrays are one token's rows.
 */
public final class LayerEquations {
    private LayerEquations() {}

    /** act(x). */
    public static double activation(Activation act, double x) {
        return switch (act) {
            case IDENTITY -> x;
            case SIGMOID -> sigmoid(x);
            case SILU -> x * sigmoid(x);
            case RELU -> Math.max(x, 0);
            case ELU -> x > 0 ? x : Math.expm1(x);
            case SOFTPLUS -> softplus(x);
            case TANH -> Math.tanh(x);
            case EXP -> Math.exp(x);
        };
    }

    /** 1 / (1 + exp(−x)). */
    public static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** log(1 + exp(x)), written so that exp cannot overflow. */
    public static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** y = table[id]. */
    public static void embedding(double[] id, WeightNumbers table, double[] y) {
        table.read(((long) id[0]) * y.length, y);
    }

    /** y = W x + b. */
    public static void linear(double[] x, WeightNumbers W, WeightNumbers b, double[] y) {
        double[] row = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            W.read((long) i * x.length, row);
            double sum = b == null ? 0 : b.get(i);
            for (int j = 0; j < x.length; j++) {
                sum += row[j] * x[j];
            }
            y[i] = sum;
        }
    }

    /** L = log Σ_c exp(z_c) − z_label with z = W x + b; 0 for the label −1. */
    public static void crossEntropy(
            double[] x, double[] label, WeightNumbers W, WeightNumbers b, int classes, double[] loss) {
        double[] logits = new double[classes];
        linear(x, W, b, logits);
        double max = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(z -> Math.exp(z - max)).sum();
        loss[0] = label[0] < 0 ? 0 : max + Math.log(sum) - logits[(int) label[0]];
    }

    /** y = x / √(Σ x² + eps) per group. */
    public static void l2Norm(double[] x, int group, double eps, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / Math.sqrt(squares(x, i / group * group, group) + eps);
        }
    }

    /** y = x / Σ x per group. */
    public static void sumNorm(double[] x, int group, double[] y) {
        for (int start = 0; start < x.length; start += group) {
            double sum = Arrays.stream(x, start, start + group).sum();
            for (int i = start; i < start + group; i++) {
                y[i] = x[i] / sum;
            }
        }
    }

    /** y = act(z) ⊙ w' ⊙ x / √(mean x² + eps) per group; w' = w or 1 + w. */
    public static void rmsNorm(
            double[] x,
            double[] z,
            WeightNumbers w,
            int group,
            double eps,
            boolean zeroCentred,
            Activation act,
            double[] y) {
        for (int i = 0; i < x.length; i++) {
            double weight = w.get(i % group) + (zeroCentred ? 1 : 0);
            double gate = z == null ? 1 : activation(act, z[i]);
            y[i] = gate * weight * x[i] / Math.sqrt(squares(x, i / group * group, group) / group + eps);
        }
    }

    /** y = w ⊙ (x − μ) / √(mean (x − μ)² + eps) + b per group; b may be null. */
    public static void layerNorm(double[] x, WeightNumbers w, WeightNumbers b, int group, double eps, double[] y) {
        for (int start = 0; start < x.length; start += group) {
            double mean = Arrays.stream(x, start, start + group).average().orElseThrow();
            double variance = Arrays.stream(x, start, start + group)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElseThrow();
            for (int i = start; i < start + group; i++) {
                y[i] = w.get(i) * (x[i] - mean) / Math.sqrt(variance + eps) + (b == null ? 0 : b.get(i));
            }
        }
    }

    private static double squares(double[] x, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += x[i] * x[i];
        }
        return sum;
    }

    /** y = factor · act(x). */
    public static void activate(double[] x, Activation act, double factor, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] = factor * activation(act, x[i]);
        }
    }

    /** y = min(max(x, −L), L) ⊙ min(act(z), L), each z for x.length / z.length channels. */
    public static void multiply(double[] x, double[] z, Activation act, double limit, double[] y) {
        for (int i = 0; i < x.length; i++) {
            double gate = activation(act, z[i / (x.length / z.length)]);
            y[i] = Math.clamp(x[i], -limit, limit) * Math.min(gate, limit);
        }
    }

    /** y_h = Σ a_hd b_hd. */
    public static void headDot(double[] a, double[] b, double[] y) {
        Arrays.fill(y, 0);
        for (int i = 0; i < a.length; i++) {
            y[i / (a.length / y.length)] += a[i] * b[i];
        }
    }

    /** y = a + b. */
    public static void add(double[] a, double[] b, double[] y) {
        for (int i = 0; i < a.length; i++) {
            y[i] = a[i] + b[i];
        }
    }

    /** y[i·length + j] = x[i·stride + offset + j]. */
    public static void slice(double[] x, int groups, int offset, double[] y) {
        int length = y.length / groups;
        for (int i = 0; i < groups; i++) {
            System.arraycopy(x, i * (x.length / groups) + offset, y, i * length, length);
        }
    }

    /** y_i = (a_i, b_i), or (a_i, b). */
    public static void join(double[] a, double[] b, int groups, double[] y) {
        int first = a.length / groups;
        int second = y.length / groups - first;
        for (int i = 0; i < groups; i++) {
            System.arraycopy(a, i * first, y, i * (first + second), first);
            System.arraycopy(b, b.length == second ? 0 : i * second, y, i * (first + second) + first, second);
        }
    }

    /** g = −exp(A_log) softplus(x + dt_bias), or lowerBound · sigmoid(exp(A_log) (x + dt_bias)). */
    public static void logDecay(
            double[] x, WeightNumbers aLog, WeightNumbers dtBias, int heads, double lowerBound, double[] g) {
        for (int i = 0; i < x.length; i++) {
            double rate = Math.exp(aLog.get(i / (x.length / heads)));
            double biased = x[i] + (dtBias == null ? 0 : dtBias.get(i));
            g[i] = lowerBound == 0 ? -rate * softplus(biased) : lowerBound * sigmoid(rate * biased);
        }
    }

    /** Δ = min(max(softplus(x + dt_bias), least), most), g = −exp(A_log) Δ. */
    public static void timeStep(
            double[] x,
            WeightNumbers aLog,
            WeightNumbers dtBias,
            double least,
            double most,
            double[] step,
            double[] decay) {
        for (int i = 0; i < x.length; i++) {
            step[i] = Math.min(Math.max(softplus(x[i] + dtBias.get(i)), least), most);
            decay[i] = -Math.exp(aLog.get(i)) * step[i];
        }
    }

    /** y = a + w ⊙ x, each w for x.length / groups channels; a may be null. */
    public static void scale(double[] x, double[] a, WeightNumbers w, int groups, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] = (a == null ? 0 : a[i]) + w.get(i / (x.length / groups)) * x[i];
        }
    }

    /** γ = sigmoid(z): y = γ x + (1 − γ) o, or o + γ x. */
    public static void mixReads(double[] o, double[] x, double[] z, boolean additive, double[] y) {
        for (int i = 0; i < o.length; i++) {
            double gate = sigmoid(z[i / (o.length / z.length)]);
            y[i] = additive ? o[i] + gate * x[i] : gate * x[i] + (1 - gate) * o[i];
        }
    }

    /** y = x with the first rotary channels of each head turned; {@code angles} has rotary/2 per head, or for all heads. */
    public static void rotate(double[] x, double[] angles, int head, int rotary, double[] y) {
        int half = rotary / 2;
        for (int start = 0; start < x.length; start += head) {
            System.arraycopy(x, start, y, start, head);
            for (int i = 0; i < half; i++) {
                double angle = angles[(start / head * half + i) % angles.length];
                double a = x[start + i];
                double b = x[start + half + i];
                y[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
                y[start + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
    }

    /** Rotary position embedding: φ_i = position · theta^(−2i/rotary). */
    public static void rotary(double[] x, int position, int head, int rotary, double theta, double[] y) {
        rotate(x, angles(position, rotary, theta), head, rotary, y);
    }

    /** φ of a position. */
    public static double[] angles(int position, int rotary, double theta) {
        double[] angles = new double[rotary / 2];
        for (int i = 0; i < angles.length; i++) {
            angles[i] = position * Math.pow(theta, -2.0 * i / rotary);
        }
        return angles;
    }
}
