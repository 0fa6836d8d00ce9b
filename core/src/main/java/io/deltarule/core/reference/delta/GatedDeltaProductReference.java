package io.deltarule.core.reference.delta;

/**
 * (Gated) DeltaProduct: n delta-rule steps per token, so that the transition is a product of n generalised Householder
 * matrices; one decay per token, of the head or of each key channel (none: α = 1).
 *
 * <pre>
 *   H_0 = Diag(α_t) S_{t-1}
 *   H_j = (I − β_{t,j} k_{t,j} k_{t,j}ᵀ) H_{j-1} + β_{t,j} k_{t,j} v_{t,j}ᵀ      j = 1 … n
 *   S_t = H_n
 * </pre>
 *
 * Source: Siems et al. 2025, "DeltaProduct", arXiv:2502.10297, section 3; decays per channel as in Kimi Linear 2025,
 * arXiv:2510.26692, section 3.
 */
final class GatedDeltaProductReference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        TokenRule.decay(S, x);
        for (int step = 0; step < x.k.length; step++) {
            double[] k = x.k[step];
            double[] retrieved = TokenRule.retrieve(S, k);
            for (int i = 0; i < S.length; i++) {
                for (int j = 0; j < retrieved.length; j++) {
                    S[i][j] += x.beta[step] * k[i] * (x.v[step][j] - retrieved[j]);
                }
            }
        }
    }
}
