package io.deltarule.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * RWKV-7's rule needs no kernel of its own: it is two micro-steps of the one recurrence per token. CONTRIBUTING names
 * the files that adding it touches; this pins the mathematics down.
 *
 * <pre>
 *   S_t = Diag(w_t) S_{t-1} − (a_t ⊙ κ_t) (S_{t-1}ᵀ κ_t)ᵀ + k_t v_tᵀ
 *   step 1: g = log w, e = κ ⊘ w, key a ⊙ κ, u = 0        step 2: no decay, e = 0, key k, u = v
 * </pre>
 *
 * Source: Peng et al. 2025, "RWKV-7 Goose", arXiv:2503.14456, section 4 (there transposed).
 */
class Rwkv7IsTwoMicroStepsTest {
    private static final int K = 5;
    private static final int V = 3;

    @Test
    void sameState() {
        Random random = new Random(7);
        double[][] direct = new double[K][V];
        double[][] steps = new double[K][V];
        for (int t = 0; t < 20; t++) {
            double[] w = random.doubles(K, 0.55, 1).toArray();
            double[] a = random.doubles(K).toArray();
            double[] kappa = random.doubles(K, -0.5, 0.5).toArray();
            double[] k = random.doubles(K, -1, 1).toArray();
            double[] v = random.doubles(V, -1, 1).toArray();
            rwkv7(direct, w, a, kappa, k, v);

            double[] erase = new double[K];
            double[] key = new double[K];
            for (int i = 0; i < K; i++) {
                erase[i] = kappa[i] / w[i];
                key[i] = a[i] * kappa[i];
            }
            microStep(steps, w, erase, key, new double[V]);
            double[] ones = new double[K];
            java.util.Arrays.fill(ones, 1);
            microStep(steps, ones, new double[K], k, v);
        }
        for (int i = 0; i < K; i++) {
            assertArrayEquals(direct[i], steps[i], 1e-12);
        }
    }

    private static void rwkv7(double[][] S, double[] w, double[] a, double[] kappa, double[] k, double[] v) {
        double[] removed = transposedTimes(S, kappa);
        for (int i = 0; i < K; i++) {
            for (int j = 0; j < V; j++) {
                S[i][j] = w[i] * S[i][j] - a[i] * kappa[i] * removed[j] + k[i] * v[j];
            }
        }
    }

    /** The one recurrence, as the package documentation states it. */
    private static void microStep(double[][] S, double[] decay, double[] e, double[] k, double[] u) {
        for (int i = 0; i < K; i++) {
            for (int j = 0; j < V; j++) {
                S[i][j] *= decay[i];
            }
        }
        double[] found = transposedTimes(S, e);
        for (int i = 0; i < K; i++) {
            for (int j = 0; j < V; j++) {
                S[i][j] += k[i] * (u[j] - found[j]);
            }
        }
    }

    private static double[] transposedTimes(double[][] S, double[] x) {
        double[] out = new double[V];
        for (int i = 0; i < K; i++) {
            for (int j = 0; j < V; j++) {
                out[j] += S[i][j] * x[i];
            }
        }
        return out;
    }
}
