package io.deltarule.core.reference.delta;

/**
 * The gated delta rule.
 *
 * <pre>  S_t = α_t (I − β_t k_t k_tᵀ) S_{t-1} + β_t k_t v_tᵀ,   α_t = exp g_t, one number per head </pre>
 *
 * Source: Yang, Kautz, Hatamizadeh 2024, "Gated Delta Networks", arXiv:2412.06464, section 3.1 (there transposed).
 */
final class GatedDeltaRuleReference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        double[] k = x.k[0];
        double alpha = x.decay(0);
        double beta = x.beta[0];
        double[] retrieved = TokenRule.retrieve(S, k);
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < retrieved.length; j++) {
                S[i][j] = alpha * (S[i][j] - beta * k[i] * retrieved[j]) + beta * k[i] * x.v[0][j];
            }
        }
    }
}
