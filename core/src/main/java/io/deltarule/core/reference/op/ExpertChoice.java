package io.deltarule.core.reference.op;

import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.reference.delta.StateRowRead;
import java.util.Arrays;

/**
 * Which experts a token goes through and what each weighs, from {@link MatrixOp.Experts}' equations.
 *
 * @param scores s, of all experts
 * @param chosen whether each is in C
 * @param sum Σ_C s where renormalised, else 1
 */
@SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
public record ExpertChoice(double[] scores, boolean[] chosen, double sum) {
    /**
     * Chooses.
     *
     * @param z one number per expert
     * @param correction c, or null
     */
    public static ExpertChoice of(MatrixOp.Experts.Routing routing, double[] z, WeightNumbers correction) {
        double[] scores = routing.sigmoid()
                ? Arrays.stream(z).map(LayerEquations::sigmoid).toArray()
                : StateRowRead.softmax(z);
        boolean[] chosen = chosen(scores, correction, routing.chosen());
        double sum = 0;
        for (int e = 0; e < scores.length; e++) {
            sum += chosen[e] ? scores[e] : 0;
        }
        return new ExpertChoice(scores, chosen, routing.renormalised() ? sum : 1);
    }

    /** An expert is chosen if fewer than k are better: have a larger corrected score, or the same and a lower number. */
    private static boolean[] chosen(double[] scores, WeightNumbers c, int k) {
        boolean[] chosen = new boolean[scores.length];
        for (int e = 0; e < scores.length; e++) {
            int better = 0;
            double own = scores[e] + (c == null ? 0 : c.get(e));
            for (int other = 0; other < scores.length; other++) {
                double its = scores[other] + (c == null ? 0 : c.get(other));
                better += its > own || (its == own && other < e) ? 1 : 0;
            }
            chosen[e] = better < k;
        }
        return chosen;
    }

    /** w_e of a chosen expert. */
    public double weight(MatrixOp.Experts.Routing routing, int e) {
        return routing.factor() * scores[e] / sum;
    }
}
