package io.deltarule.training;

/**
 * What a model says at each token of a batch that has a label.
 *
 * @param batch what it was given
 * @param classes the likeliest class at each token, or {@link Batch#NONE} where there is no label
 * @param losses −ln p(label) at each token, in nats, 0 where there is no label
 */
@SuppressWarnings("ArrayRecordComponent") // made by one evaluation, never modified
public record Predictions(Batch batch, int[] classes, double[] losses) {
    /** How many tokens have a label. */
    public long labelled() {
        return batch.labelled();
    }

    /** How many labels are the likeliest class. */
    public long right() {
        long right = 0;
        for (int i = 0; i < classes.length; i++) {
            right += isRight(i) ? 1 : 0;
        }
        return right;
    }

    /** Whether a token has a label, and it is the likeliest class. */
    public boolean isRight(int token) {
        return batch.labels()[token] != Batch.NONE && batch.labels()[token] == classes[token];
    }

    /** The sum of all losses. */
    public double lossSum() {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum;
    }
}
