package io.deltarule.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.models.jet.JetLayer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * JetBlock, latent attention with positions and a gate per head, and experts in groups, written as plain loops over one sequence in
 * float64 from the papers' equations, without any operation of this library.
 */
class PlainLoopsTest {
    private static final int TOKENS = 23;
    private static final int HIDDEN = 24;

    /** Rows of numbers, one per token or per output of a weight. */
    private static double[][] matrix(Weights weights, String name, int rows, int columns) {
        Tensor tensor = weights.get(name, rows, columns).toTensor();
        double[][] matrix = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                matrix[i][j] = tensor.get((long) i * columns + j);
            }
        }
        return matrix;
    }

    private static double[] vector(Weights weights, String name, int count) {
        Tensor tensor = weights.get(name, count).toTensor();
        return IntStream.range(0, count).mapToDouble(tensor::get).toArray();
    }

    private static double[] times(double[][] matrix, double[] x) {
        double[] y = new double[matrix.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += matrix[i][j] * x[j];
            }
        }
        return y;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    /** Holds both engines against what the loops make of the layer's weights and input rows. */
    private static void compare(String name, Layer layer, Function<Weights, Function<double[][], double[][]>> loops) {
        LayerCase c = new LayerCase(name, layer.program(""));
        Tensor given = c.inputs(TOKENS, 5).getFirst();
        double[][] x = new double[TOKENS][HIDDEN];
        for (int t = 0; t < TOKENS; t++) {
            for (int i = 0; i < HIDDEN; i++) {
                x[t][i] = given.get((long) t * HIDDEN + i);
            }
        }
        double[][] y = loops.apply(c.weights()).apply(x);
        Tensor expected = Tensor.zeros(TOKENS, HIDDEN);
        for (int t = 0; t < TOKENS; t++) {
            for (int i = 0; i < HIDDEN; i++) {
                expected.set((long) t * HIDDEN + i, (float) y[t][i]);
            }
        }
        for (LayerEngine engine : List.of(new ReferenceEngine(), new CpuEngine(2))) {
            List<Tensor> out = c.outputs(TOKENS);
            try (LayerPlan plan = engine.plan(c.spec(TOKENS, 1, TOKENS))) {
                plan.run(new int[] {TOKENS}, List.of(given), out);
            }
            Comparison comparison = Comparison.of(name, expected, out.getFirst());
            assertTrue(comparison.within(engine instanceof ReferenceEngine ? 1e-7 : 2e-6), comparison::toString);
        }
    }

    @Test
    void jetBlock() {
        int H = 2;
        int K = 6;
        int V = 10;
        int taps = 4;
        JetLayer layer = new JetLayer(new JetLayer.Sizes(HIDDEN, H, K, V, taps, 5), 1e-5);
        compare("jet", layer, weights -> {
            double[][] wq = matrix(weights, "q_proj.weight", H * K, HIDDEN);
            double[][] wk = matrix(weights, "k_proj.weight", H * K, HIDDEN);
            double[][] wv = matrix(weights, "v_proj.weight", H * V, HIDDEN);
            double[][] wb = matrix(weights, "b_proj.weight", H, HIDDEN);
            double[][] wa = matrix(weights, "a_proj.weight", H, HIDDEN);
            double[][] wg = matrix(weights, "g_proj.weight", H * V, HIDDEN);
            double[][] wo = matrix(weights, "o_proj.weight", HIDDEN, H * V);
            double[][] w1 = matrix(weights, "dynamic_conv1d.kernel_generator.w1.weight", 5, HIDDEN);
            double[][] w2 = matrix(weights, "dynamic_conv1d.kernel_generator.w2.weight", H * V * taps, 5);
            double[] bias = vector(weights, "dynamic_conv1d.kernel_generator.w2.bias", H * V * taps);
            double[] aLog = vector(weights, "A_log", H);
            double[] dtBias = vector(weights, "dt_bias", H);
            double[] norm = vector(weights, "o_norm.weight", V);
            return x -> {
                double[][] y = new double[x.length][];
                double[][] raw = new double[x.length][];
                double[][][] state = new double[H][K][V];
                for (int t = 0; t < x.length; t++) {
                    double[] middle = times(w1, x[t]);
                    for (int i = 0; i < middle.length; i++) {
                        middle[i] = silu(middle[i]);
                    }
                    double[] kernel = times(w2, middle);
                    raw[t] = times(wv, x[t]);
                    double[] v = new double[H * V];
                    for (int d = 0; d < v.length; d++) {
                        double sum = 0;
                        for (int i = 0; i < taps; i++) {
                            int from = t - taps + 1 + i;
                            double before = from < 0 ? 0 : raw[from][d];
                            sum += (kernel[d * taps + i] + bias[d * taps + i]) * before;
                        }
                        v[d] = silu(sum);
                    }
                    double[] q = times(wq, x[t]);
                    double[] k = times(wk, x[t]);
                    double[] b = times(wb, x[t]);
                    double[] a = times(wa, x[t]);
                    double[] z = times(wg, x[t]);
                    double[] o = new double[H * V];
                    for (int h = 0; h < H; h++) {
                        double decay = Math.exp(-Math.exp(aLog[h]) * Math.log(1 + Math.exp(a[h] + dtBias[h])));
                        double qq = 0;
                        double kk = 0;
                        for (int i = h * K; i < (h + 1) * K; i++) {
                            q[i] = silu(q[i]);
                            k[i] = silu(k[i]);
                            qq += q[i] * q[i];
                            kk += k[i] * k[i];
                        }
                        double squares = 0;
                        for (int c = 0; c < V; c++) {
                            double there = 0;
                            for (int i = 0; i < K; i++) {
                                state[h][i][c] *= decay;
                                there += state[h][i][c] * k[h * K + i] / Math.sqrt(kk + 1e-6);
                            }
                            double write = sigmoid(b[h]) * (v[h * V + c] - there);
                            double read = 0;
                            for (int i = 0; i < K; i++) {
                                state[h][i][c] += write * k[h * K + i] / Math.sqrt(kk + 1e-6);
                                read += state[h][i][c] * q[h * K + i] / Math.sqrt(qq + 1e-6);
                            }
                            o[h * V + c] = read / Math.sqrt(K);
                            squares += o[h * V + c] * o[h * V + c];
                        }
                        for (int c = 0; c < V; c++) {
                            o[h * V + c] *= norm[c] / Math.sqrt(squares / V + 1e-5) * silu(z[h * V + c]);
                        }
                    }
                    y[t] = times(wo, o);
                }
                return y;
            };
        });
    }

    /** Turns neighbours of one head's rotary part. */
    private static void turn(double[] x, int from, int count, int position, double theta) {
        for (int j = 0; j < count / 2; j++) {
            double angle = position * Math.pow(theta, -2.0 * j / count);
            double a = x[from + 2 * j];
            double b = x[from + 2 * j + 1];
            x[from + 2 * j] = a * Math.cos(angle) - b * Math.sin(angle);
            x[from + 2 * j + 1] = a * Math.sin(angle) + b * Math.cos(angle);
        }
    }

    private static double[] normed(double[] x, int count, double[] weight, double eps) {
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += x[i] * x[i];
        }
        double[] y = new double[count];
        for (int i = 0; i < count; i++) {
            y[i] = weight[i] * x[i] / Math.sqrt(squares / count + eps);
        }
        return y;
    }

    @Test
    void latentAttentionWithPositionsAndAGatePerHead() {
        int heads = 3;
        int rank = 7;
        int own = 5;
        int rope = 6;
        int value = 4;
        double theta = 50;
        LatentAttentionLayer layer = new LatentAttentionLayer(
                HIDDEN,
                heads,
                rank,
                8,
                own,
                rope,
                value,
                LatentAttentionLayer.OutputGate.HEAD,
                new LatentAttentionLayer.Rotary(theta, true),
                1e-5);
        compare("latent", layer, weights -> {
            double[][] qa = matrix(weights, "q_a_proj.weight", 8, HIDDEN);
            double[] qNorm = vector(weights, "q_a_layernorm.weight", 8);
            double[][] qb = matrix(weights, "q_b_proj.weight", heads * (own + rope), 8);
            double[][] kva = matrix(weights, "kv_a_proj_with_mqa.weight", rank + rope, HIDDEN);
            double[] kvNorm = vector(weights, "kv_a_layernorm.weight", rank);
            double[][] kvb = matrix(weights, "kv_b_proj.weight", heads * (own + value), rank);
            double[][] gate = matrix(weights, "o_gate_proj.weight", heads, HIDDEN);
            double[][] wo = matrix(weights, "o_proj.weight", HIDDEN, heads * value);
            return x -> {
                double[][] latent = new double[x.length][];
                double[][] expanded = new double[x.length][];
                double[][] y = new double[x.length][];
                for (int t = 0; t < x.length; t++) {
                    latent[t] = times(kva, x[t]);
                    expanded[t] = times(kvb, normed(latent[t], rank, kvNorm, 1e-5));
                    turn(latent[t], rank, rope, t, theta);
                    double[] q = times(qb, normed(times(qa, x[t]), 8, qNorm, 1e-5));
                    double[] gates = times(gate, x[t]);
                    double[] o = new double[heads * value];
                    for (int h = 0; h < heads; h++) {
                        int at = h * (own + rope);
                        turn(q, at + own, rope, t, theta);
                        double total = 0;
                        double[] read = new double[value];
                        for (int s = 0; s <= t; s++) {
                            double score = 0;
                            for (int i = 0; i < own; i++) {
                                score += q[at + i] * expanded[s][h * (own + value) + i];
                            }
                            for (int i = 0; i < rope; i++) {
                                score += q[at + own + i] * latent[s][rank + i];
                            }
                            double weight = Math.exp(score / Math.sqrt(own + rope));
                            total += weight;
                            for (int c = 0; c < value; c++) {
                                read[c] += weight * expanded[s][h * (own + value) + own + c];
                            }
                        }
                        for (int c = 0; c < value; c++) {
                            o[h * value + c] = read[c] / total * sigmoid(gates[h]);
                        }
                    }
                    y[t] = times(wo, o);
                }
                return y;
            };
        });
    }

    /** SwiGLU whose factors are cut. */
    private static double[] feed(Weights weights, String prefix, int middle, double limit, double[] x) {
        double[] gate = times(matrix(weights, prefix + "gate_proj.weight", middle, HIDDEN), x);
        double[] up = times(matrix(weights, prefix + "up_proj.weight", middle, HIDDEN), x);
        for (int i = 0; i < middle; i++) {
            up[i] = Math.max(-limit, Math.min(limit, up[i])) * Math.min(limit, silu(gate[i]));
        }
        return times(matrix(weights, prefix + "down_proj.weight", HIDDEN, middle), up);
    }

    @Test
    void expertsInGroupsWithLimits() {
        int experts = 12;
        int groups = 4;
        int size = experts / groups;
        MixtureBlock layer = new MixtureBlock(
                HIDDEN,
                experts,
                9,
                new MixtureBlock.Router(3, true, true, true, 2.5, new MatrixOp.Experts.Groups(groups, 2)),
                new MixtureBlock.Shared("shared_experts", 11, false, 0.6),
                0.4);
        compare("groups", layer, weights -> {
            double[][] router = matrix(weights, "gate.weight", experts, HIDDEN);
            double[] correction = vector(weights, "gate.e_score_correction_bias", experts);
            return x -> {
                double[][] y = new double[x.length][];
                for (int t = 0; t < x.length; t++) {
                    double[] scores = times(router, x[t]);
                    double[] ranked = new double[experts];
                    for (int e = 0; e < experts; e++) {
                        scores[e] = sigmoid(scores[e]);
                        ranked[e] = scores[e] + correction[e];
                    }
                    List<Integer> order =
                            new ArrayList<>(IntStream.range(0, groups).boxed().toList());
                    order.sort(Comparator.comparingDouble((Integer g) -> {
                        double[] best = IntStream.range(g * size, (g + 1) * size)
                                .mapToDouble(e -> -ranked[e])
                                .sorted()
                                .toArray();
                        return best[0] + best[1];
                    }));
                    List<Integer> chosen = order.subList(0, 2).stream()
                            .flatMap(g ->
                                    IntStream.range(g * size, (g + 1) * size).boxed())
                            .sorted(Comparator.comparingDouble(e -> -ranked[e]))
                            .limit(3)
                            .toList();
                    double sum = chosen.stream().mapToDouble(e -> scores[e]).sum();
                    y[t] = feed(weights, "shared_experts.", 11, 0.6, x[t]);
                    for (int e : chosen) {
                        double[] own = feed(weights, "experts." + e + ".", 9, 0.4, x[t]);
                        for (int i = 0; i < HIDDEN; i++) {
                            y[t][i] += 2.5 * scores[e] / sum * own[i];
                        }
                    }
                }
                return y;
            };
        });
    }
}
