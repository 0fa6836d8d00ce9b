package io.deltarule.core.reference.delta;

/**
 * RWKV-7: the state is multiplied by a matrix, a diagonal and one of rank 1, and written to; once per micro-step, of which it has two.
 *
 * <pre>
 *   H_0 = S_{t-1}
 *   H_j = (Diag(w_j) − z_j κ_jᵀ) H_{j-1} + β_j k_j v_jᵀ      z_j = β_j k_j,  κ_j = w_j ⊙ p_j,  w_1 = exp g_t,  w_j = 1 for j > 1
 *   S_t = H_n
 * </pre>
 *
 * In the paper's letters the first micro-step has the matrix G_t = Diag(w_t) − (a_t ⊙ κ_t) κ_tᵀ and writes nothing, the second has z = 0
 * and writes k̃_t v_tᵀ. Source: Peng et al. 2025, "RWKV-7 Goose", arXiv:2503.14456, section 3 (there the state is transposed).
 */
final class Rwkv7Reference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        int K = S.length;
        int V = K == 0 ? 0 : S[0].length;
        for (int step = 0; step < x.k.length; step++) {
            double[][] H = new double[K][];
            for (int i = 0; i < K; i++) {
                H[i] = S[i].clone();
            }
            for (int i = 0; i < K; i++) {
                double z = x.beta[step] * x.k[step][i];
                for (int j = 0; j < V; j++) {
                    double sum = z * x.v[step][j];
                    for (int m = 0; m < K; m++) {
                        double w = step == 0 ? x.decay(m) : 1;
                        double kappa = w * x.p[step][m];
                        sum += ((i == m ? w : 0) - z * kappa) * H[m][j];
                    }
                    S[i][j] = sum;
                }
            }
        }
    }
}
