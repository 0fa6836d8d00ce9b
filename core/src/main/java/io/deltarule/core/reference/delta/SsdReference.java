package io.deltarule.core.reference.delta;

/**
 * State-space duality: nothing is erased.
 *
 * <pre>  S_t = Diag(α_t) S_{t-1} + β_t k_t v_tᵀ,   α_t = exp g_t, one number per head or one per key channel </pre>
 *
 * Source: Dao and Gu 2024, arXiv:2405.21060, section 4 (there β = Δ); Yang et al. 2023, arXiv:2312.06635, section 4.
 */
final class SsdReference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        TokenRule.decay(S, x);
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < S[i].length; j++) {
                S[i][j] += x.beta[0] * x.k[0][i] * x.v[0][j];
            }
        }
    }
}
