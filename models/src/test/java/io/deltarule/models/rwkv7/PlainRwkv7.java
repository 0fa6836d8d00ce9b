package io.deltarule.models.rwkv7;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Weights;
import java.util.Map;

/** RWKV-7's blocks in float64, token by token, from the paper's equations: S ← S diag(w) − (S κ)(a ⊙ κ)ᵀ + v k̃ᵀ with values as rows. */
final class PlainRwkv7 {
    private final Map<String, int[]> shapes;
    private final Weights weights;
    private final Rwkv7Config config;
    private final int hidden;

    PlainRwkv7(LayerProgram program, Weights weights, Rwkv7Config config) {
        this.shapes = program.weights();
        this.weights = weights;
        this.config = config;
        this.hidden = config.hidden();
    }

    /** Two blocks, the first of which norms its input. */
    float[] blocks(float[] x, int tokens) {
        double[][] h = new double[tokens][hidden];
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < hidden; i++) {
                h[t][i] = x[t * hidden + i];
            }
            h[t] = norm(h[t], hidden, 1e-5, "model.layers.0.pre_norm");
        }
        double[][] first = new double[tokens][];
        for (int layer = 0; layer < 2; layer++) {
            String block = "model.layers." + layer + ".";
            mixer(h, normed(h, block + "attn_norm"), first, block + "attn.", layer > 0);
            feedForward(h, normed(h, block + "ffn_norm"), block + "ffn.");
        }
        float[] out = new float[tokens * hidden];
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < hidden; i++) {
                out[t * hidden + i] = (float) h[t][i];
            }
        }
        return out;
    }

    private double[][] normed(double[][] h, String name) {
        double[][] rows = new double[h.length][];
        for (int t = 0; t < h.length; t++) {
            rows[t] = norm(h[t], hidden, 1e-5, name);
        }
        return rows;
    }

    private void mixer(double[][] h, double[][] x, double[][] first, String attn, boolean later) {
        int K = config.headK();
        int V = config.headV();
        double[][][] S = new double[config.heads()][V][K];
        for (int t = 0; t < h.length; t++) {
            double[] r = linear(mixed(x, t, attn + "x_r"), attn + "r_proj");
            double[] w = adapter(mixed(x, t, attn + "x_w"), attn + "w", "tanh");
            double[] k = linear(mixed(x, t, attn + "x_k"), attn + "k_proj");
            double[] xv = mixed(x, t, attn + "x_v");
            double[] v = linear(xv, attn + "v_proj");
            double[] a = adapter(mixed(x, t, attn + "x_a"), attn + "a", "none");
            double[] gate = adapter(mixed(x, t, attn + "x_g"), attn + "g", "sigmoid");
            if (later) {
                double[] mix = adapter(xv, attn + "v", "none");
                for (int i = 0; i < v.length; i++) {
                    v[i] += (first[t][i] - v[i]) * sigmoid(mix[i]);
                }
            } else {
                first[t] = v.clone();
            }
            double[] read = new double[config.values()];
            double[] bonus = new double[config.heads()];
            for (int head = 0; head < config.heads(); head++) {
                double[] kappa = new double[K];
                double length = 0;
                for (int d = 0; d < K; d++) {
                    int i = head * K + d;
                    a[i] = sigmoid(a[i]);
                    kappa[d] = k[i] * weight(attn + "k_k", i);
                    length += kappa[d] * kappa[d];
                }
                double[] written = new double[K];
                for (int d = 0; d < K; d++) {
                    int i = head * K + d;
                    kappa[d] /= Math.sqrt(length);
                    written[d] = k[i] * (1 + (a[i] - 1) * weight(attn + "k_a", i));
                    bonus[head] += r[i] * written[d] * weight(attn + "r_k", i);
                }
                for (int c = 0; c < V; c++) {
                    double found = 0;
                    for (int d = 0; d < K; d++) {
                        found += S[head][c][d] * kappa[d];
                    }
                    for (int d = 0; d < K; d++) {
                        int i = head * K + d;
                        double decay = Math.exp(-Math.exp(-0.5) * sigmoid(w[i]));
                        S[head][c][d] = S[head][c][d] * decay - found * a[i] * kappa[d] + v[head * V + c] * written[d];
                        read[head * V + c] += S[head][c][d] * r[i];
                    }
                }
            }
            double[] o = norm(read, V, config.normEps(), attn + "g_norm");
            for (int i = 0; i < o.length; i++) {
                o[i] = (o[i] + bonus[i / V] * v[i]) * gate[i];
            }
            add(h[t], linear(o, attn + "o_proj"));
        }
    }

    private void feedForward(double[][] h, double[][] x, String ffn) {
        for (int t = 0; t < h.length; t++) {
            double[] key = linear(mixed(x, t, ffn + "x_k"), ffn + "key");
            for (int i = 0; i < key.length; i++) {
                key[i] = key[i] > 0 ? key[i] * key[i] : 0;
            }
            add(h[t], linear(key, ffn + "value"));
        }
    }

    private double weight(String name, int index) {
        return weights.get(name, shapes.get(name)).get(index);
    }

    private double[] mixed(double[][] x, int t, String name) {
        double[] out = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            double mu = weight(name, i);
            out[i] = (1 - mu) * x[t][i] + mu * (t == 0 ? 0 : x[t - 1][i]);
        }
        return out;
    }

    private double[] linear(double[] x, String name) {
        double[] y = new double[shapes.get(name + ".weight")[0]];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += weight(name + ".weight", i * x.length + j) * x[j];
            }
            y[i] += shapes.containsKey(name + ".bias") ? weight(name + ".bias", i) : 0;
        }
        return y;
    }

    private double[] adapter(double[] x, String name, String activation) {
        double[] narrow = linear(x, name + "_lora.lora.0");
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = switch (activation) {
                case "tanh" -> Math.tanh(narrow[i]);
                case "sigmoid" -> sigmoid(narrow[i]);
                default -> narrow[i];
            };
        }
        return linear(narrow, name + "_lora.lora.2");
    }

    private double[] norm(double[] x, int group, double eps, String name) {
        double[] y = new double[x.length];
        for (int from = 0; from < x.length; from += group) {
            double mean = 0;
            double squares = 0;
            for (int i = from; i < from + group; i++) {
                mean += x[i] / group;
                squares += x[i] * x[i] / group;
            }
            for (int i = from; i < from + group; i++) {
                y[i] = (x[i] - mean) / Math.sqrt(squares - mean * mean + eps) * weight(name + ".weight", i)
                        + weight(name + ".bias", i);
            }
        }
        return y;
    }

    private static void add(double[] to, double[] more) {
        for (int i = 0; i < to.length; i++) {
            to[i] += more[i];
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
