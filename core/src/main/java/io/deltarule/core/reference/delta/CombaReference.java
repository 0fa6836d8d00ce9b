package io.deltarule.core.reference.delta;

/**
 * Comba: a second key p_t finds what is erased, the key k_t says where it is written.
 *
 * <pre>  S_t = (I − β_t k_t p_tᵀ) α_t S_{t-1} + β_t k_t v_tᵀ,   α_t = exp g_t </pre>
 *
 * Source: Comba 2025, arXiv:2506.02475, section 3 (there p is a scaled k; here it is any key).
 */
final class CombaReference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        double[] k = x.k[0];
        double beta = x.beta[0];
        TokenRule.decay(S, x);
        double[] retrieved = TokenRule.retrieve(S, x.p[0]);
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < retrieved.length; j++) {
                S[i][j] += beta * k[i] * (x.v[0][j] - retrieved[j]);
            }
        }
    }
}
