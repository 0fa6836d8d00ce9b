package io.deltarule.core.reference.delta;

/**
 * GDN-2: erasing is gated per key channel (b), writing per value channel (w).
 *
 * <pre>  S_t = (I − k_t (b_t ⊙ k_t)ᵀ) Diag(α_t) S_{t-1} + k_t (w_t ⊙ v_t)ᵀ,   α_t = exp g_t ∈ R^K </pre>
 *
 * With b = w = β it is Kimi Delta Attention. Source: GDN-2 as implemented publicly in flash-linear-attention's gdn2.
 */
final class Gdn2Reference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        double[] k = x.k[0];
        double[] gatedKey = new double[k.length];
        for (int i = 0; i < k.length; i++) {
            gatedKey[i] = x.b[0][i] * k[i];
        }
        TokenRule.decay(S, x);
        double[] retrieved = TokenRule.retrieve(S, gatedKey);
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < retrieved.length; j++) {
                S[i][j] += k[i] * (x.w[0][j] * x.v[0][j] - retrieved[j]);
            }
        }
    }
}
