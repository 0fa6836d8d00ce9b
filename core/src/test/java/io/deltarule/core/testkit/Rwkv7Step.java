package io.deltarule.core.testkit;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import java.util.Random;

/**
 * RWKV-7 in its own letters, S ← Diag(w) S − (a ⊙ κ)(Sᵀ κ)ᵀ + k vᵀ and o = Sᵀ r, and as rows of the variant: one sequence, a head per
 * key head.
 */
@SuppressWarnings("ArrayRecordComponent") // test data, never modified
record Rwkv7Step(
        int T,
        int H,
        int K,
        int V,
        float[] r,
        float[] w,
        float[] kappa,
        float[] a,
        float[] k,
        float[] v,
        Tensor start) {
    /** Decays in (exp(−0.6065…), 1), unit κ, a in (0, 1), as the layer makes them. */
    static Rwkv7Step random(long seed, int T, int H, int K, int V) {
        Random random = new Random(seed);
        Tensor kappa = DeltaCase.gaussian(random, T, H, K);
        DeltaCase.unitRows(kappa);
        Tensor w = DeltaCase.uniform(random, Math.exp(-Math.exp(-0.5)), 1, T, H, K);
        return new Rwkv7Step(
                T,
                H,
                K,
                V,
                DeltaCase.gaussian(random, T, H, K).toArray(),
                w.toArray(),
                kappa.toArray(),
                DeltaCase.uniform(random, 0, 1, T, H, K).toArray(),
                DeltaCase.gaussian(random, T, H, K).toArray(),
                DeltaCase.gaussian(random, T, H, V).toArray(),
                DeltaCase.gaussian(random, 1, H, K, V));
    }

    /** Two micro-steps per token. */
    DeltaInputs rows() {
        float[] keys = new float[2 * T * H * K];
        float[] erase = new float[2 * T * H * K];
        float[] values = new float[2 * T * H * V];
        float[] decay = new float[T * H * K];
        int row = H * K;
        for (int t = 0; t < T; t++) {
            for (int i = 0; i < row; i++) {
                int x = t * row + i;
                keys[2 * t * row + i] = a[x] * kappa[x];
                keys[(2 * t + 1) * row + i] = k[x];
                erase[2 * t * row + i] = kappa[x] / w[x];
                decay[x] = (float) Math.log(w[x]);
            }
            System.arraycopy(v, t * H * V, values, (2 * t + 1) * H * V, H * V);
        }
        return DeltaInputs.of(
                        Tensor.of(r, 1, T, H, K), Tensor.of(keys, 1, 2 * T, H, K), Tensor.of(values, 1, 2 * T, H, V))
                .withHouseholders(2)
                .with(Input.P, Tensor.of(erase, 1, 2 * T, H, K))
                .with(Input.BETA, Tensor.zeros(1, 2 * T, H).fill(1))
                .with(Input.G, Tensor.of(decay, 1, T, H, K))
                .withInitialState(start);
    }

    /** The read-outs, not scaled, and the last state, in float64 from the equation above. */
    DeltaOutputs run() {
        float[] out = new float[T * H * V];
        Tensor last = Tensor.zeros(1, H, K, V);
        for (int h = 0; h < H; h++) {
            double[][] S = new double[K][V];
            for (int i = 0; i < K; i++) {
                for (int j = 0; j < V; j++) {
                    S[i][j] = start.get(((long) h * K + i) * V + j);
                }
            }
            for (int t = 0; t < T; t++) {
                int keys = (t * H + h) * K;
                int values = (t * H + h) * V;
                for (int j = 0; j < V; j++) {
                    double found = 0;
                    for (int i = 0; i < K; i++) {
                        found += S[i][j] * kappa[keys + i];
                    }
                    double read = 0;
                    for (int i = 0; i < K; i++) {
                        double erased = (double) a[keys + i] * kappa[keys + i] * found;
                        S[i][j] = w[keys + i] * S[i][j] - erased + (double) k[keys + i] * v[values + j];
                        read += S[i][j] * r[keys + i];
                    }
                    out[values + j] = (float) read;
                }
            }
            for (int i = 0; i < K; i++) {
                for (int j = 0; j < V; j++) {
                    last.set(((long) h * K + i) * V + j, (float) S[i][j]);
                }
            }
        }
        return new DeltaOutputs(Tensor.of(out, 1, T, H, V), null, last);
    }
}
