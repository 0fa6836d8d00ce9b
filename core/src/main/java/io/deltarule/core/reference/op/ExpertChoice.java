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
        boolean[] chosen = best(corrected(scores, correction, routing.groups()), routing.chosen());
        double sum = 0;
        for (int e = 0; e < scores.length; e++) {
            sum += chosen[e] ? scores[e] : 0;
        }
        return new ExpertChoice(scores, chosen, routing.renormalised() ? sum : 1);
    }

    /** s + c; −∞ outside of the groups that are chosen from. */
    private static double[] corrected(double[] scores, WeightNumbers c, MatrixOp.Experts.Groups groups) {
        double[] corrected = new double[scores.length];
        Arrays.setAll(corrected, e -> scores[e] + (c == null ? 0 : c.get(e)));
        int size = scores.length / groups.count();
        double[] sums = new double[groups.count()];
        Arrays.setAll(sums, g -> {
            double[] sorted = Arrays.copyOfRange(corrected, g * size, (g + 1) * size);
            Arrays.sort(sorted);
            return sorted[size - 1] + (size > 1 ? sorted[size - 2] : 0);
        });
        boolean[] kept = best(sums, groups.kept());
        for (int e = 0; e < corrected.length; e++) {
            corrected[e] = kept[e / size] ? corrected[e] : Double.NEGATIVE_INFINITY;
        }
        return corrected;
    }

    /** Which are among the k best: fewer than k are larger, or the same with a lower number. */
    private static boolean[] best(double[] numbers, int k) {
        boolean[] best = new boolean[numbers.length];
        for (int e = 0; e < numbers.length; e++) {
            int better = 0;
            for (int other = 0; other < numbers.length; other++) {
                better += numbers[other] > numbers[e] || (numbers[other] == numbers[e] && other < e) ? 1 : 0;
            }
            best[e] = better < k;
        }
        return best;
    }

    /** w_e of a chosen expert. */
    public double weight(MatrixOp.Experts.Routing routing, int e) {
        return routing.factor() * scores[e] / sum;
    }
}
