package io.deltarule.experiments.retrieval;

import io.deltarule.experiments.Vectors;
import java.util.function.IntUnaryOperator;

/** Scores the answers of one trial against the payloads that are stored. */
final class CueScores {
    private final Associations trial;
    private final IntUnaryOperator payloadAt;
    private final float[] linear;
    private final float[] selective;

    /**
     * Answers of one trial at one write strength.
     *
     * @param payloadAt where a cue's answer has its payload in both arrays
     */
    CueScores(Associations trial, IntUnaryOperator payloadAt, float[] linear, float[] selective) {
        this.trial = trial;
        this.payloadAt = payloadAt;
        this.linear = linear;
        this.selective = selective;
    }

    /** For every gate of {@link AssociationRecall#GATES} steps: the share of right answers, the mean cosine to the right payload. */
    double[][] byGate() {
        int cues = trial.cues.length;
        double[][] sums = new double[AssociationRecall.GATES + 1][2];
        for (int cue = 0; cue < cues; cue++) {
            double[] o = answer(linear, cue);
            double[] x = answer(selective, cue);
            double[] near = products(o);
            double[] nearSelective = products(x);
            for (int g = 0; g <= AssociationRecall.GATES; g++) {
                double gate = (double) g / AssociationRecall.GATES;
                int right = trial.asked[cue];
                // The read's length is the same for all payloads, and those have length 1.
                sums[g][0] += nearest(near, nearSelective, gate) == right ? 1.0 / cues : 0;
                double length = Math.sqrt((1 - gate) * (1 - gate) * Vectors.dot(o, o)
                        + 2 * gate * (1 - gate) * Vectors.dot(o, x)
                        + gate * gate * Vectors.dot(x, x));
                if (length > 0) {
                    sums[g][1] += mix(near[right], nearSelective[right], gate) / length / cues;
                }
            }
        }
        return sums;
    }

    private double[] answer(float[] read, int cue) {
        double[] payload = new double[trial.payloads[0].length];
        int at = payloadAt.applyAsInt(cue);
        for (int i = 0; i < payload.length; i++) {
            payload[i] = read[at + i];
        }
        return payload;
    }

    private double[] products(double[] answer) {
        double[] products = new double[trial.payloads.length];
        for (int i = 0; i < products.length; i++) {
            products[i] = Vectors.dot(answer, trial.payloads[i]);
        }
        return products;
    }

    private static int nearest(double[] o, double[] x, double gate) {
        int best = 0;
        for (int i = 1; i < o.length; i++) {
            if (mix(o[i], x[i], gate) > mix(o[best], x[best], gate)) {
                best = i;
            }
        }
        return best;
    }

    private static double mix(double o, double x, double gate) {
        return (1 - gate) * o + gate * x;
    }
}
