package io.deltarule.core.reference.delta;

/**
 * Kimi Delta Attention: the gated delta rule with one decay per key channel, applied before the erasing.
 *
 * <pre>  S_t = (I − β_t k_t k_tᵀ) Diag(α_t) S_{t-1} + β_t k_t v_tᵀ,   α_t = exp g_t ∈ R^K </pre>
 *
 * Source: Kimi Linear 2025, arXiv:2510.26692, section 3.
 */
final class KdaReference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        double[] k = x.k[0];
        double beta = x.beta[0];
        TokenRule.decay(S, x);
        double[] retrieved = TokenRule.retrieve(S, k);
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < retrieved.length; j++) {
                S[i][j] = S[i][j] - beta * k[i] * retrieved[j] + beta * k[i] * x.v[0][j];
            }
        }
    }
}
