package io.deltarule.training;

import java.util.List;

/**
 * How well a model predicts what is held out.
 *
 * @param labelled how many labels there were
 * @param loss mean of −ln p(label), in nats
 * @param accuracy the share of labels that were the likeliest class
 */
public record Evaluation(long labelled, double loss, double accuracy) {
    /** exp of the mean loss. */
    public double perplexity() {
        return Math.exp(loss);
    }

    /** Of several batches together. */
    static Evaluation of(List<Predictions> all) {
        long labelled = 0;
        double loss = 0;
        long right = 0;
        for (Predictions one : all) {
            labelled += one.labelled();
            loss += one.lossSum();
            right += one.right();
        }
        return new Evaluation(labelled, loss / labelled, right / (double) labelled);
    }
}
