package io.deltarule.core.reference.delta;

/** How one variant's state takes in one token. */
@FunctionalInterface
public interface TokenRule {
    /**
     * Updates the state in place.
     *
     * @param S state [K][V] before the token; after it on return
     * @param x the token
     */
    void update(double[][] S, Token x);

    /** What the state returns for a key, Sᵀ k. */
    static double[] retrieve(double[][] S, double[] key) {
        double[] out = new double[S.length == 0 ? 0 : S[0].length];
        for (int i = 0; i < S.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[j] += S[i][j] * key[i];
            }
        }
        return out;
    }

    /** S ← Diag(exp g) S. */
    static void decay(double[][] S, Token x) {
        for (int i = 0; i < S.length; i++) {
            double alpha = x.decay(i);
            for (int j = 0; j < S[i].length; j++) {
                S[i][j] *= alpha;
            }
        }
    }
}
