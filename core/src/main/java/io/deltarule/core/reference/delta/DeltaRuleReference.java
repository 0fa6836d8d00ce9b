package io.deltarule.core.reference.delta;

/**
 * The delta rule, as DeltaNet states it.
 *
 * <pre>
 *   v_old = S_{t-1}ᵀ k_t
 *   v_new = β_t v_t + (1 − β_t) v_old
 *   S_t   = S_{t-1} − k_t v_oldᵀ + k_t v_newᵀ
 * </pre>
 *
 * Source: Yang, Wang, Zhang, Shen, Kim 2024, "Parallelizing Linear Transformers with the Delta Rule over Sequence
 * Length", arXiv:2406.06484, section 2.2. β in (1, 2) gives the transition a negative eigenvalue: Grazzi et al. 2024,
 * arXiv:2411.12537.
 */
final class DeltaRuleReference implements TokenRule {
    @Override
    public void update(double[][] S, Token x) {
        double[] k = x.k[0];
        double beta = x.beta[0];
        double[] old = TokenRule.retrieve(S, k);
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < old.length; j++) {
                double next = beta * x.v[0][j] + (1 - beta) * old[j];
                S[i][j] = S[i][j] - k[i] * old[j] + k[i] * next;
            }
        }
    }
}
