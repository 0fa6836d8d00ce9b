package io.deltarule.models.corpus;

import java.io.Serializable;

/**
 * How well a model predicts a text.
 *
 * @param predicted how many of its tokens were predicted: all but the first of each window that nothing comes before
 * @param meanLoss mean of −ln p(token | those before it), in nats
 * @param ids its tokens; null unless they were asked for
 * @param logProbabilities ln p of each of them, NaN for those that were not predicted; null unless they were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // made once and handed over
public record Scored(long predicted, double meanLoss, int[] ids, double[] logProbabilities) implements Serializable {
    /** exp of the mean loss. */
    public double perplexity() {
        return Math.exp(meanLoss);
    }
}
