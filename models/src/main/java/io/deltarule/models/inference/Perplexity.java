package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How well a model predicts a text: exp of the mean of −ln p(token | those before it).
 *
 * @param tokens how many were predicted
 * @param meanLoss mean negative log-likelihood, in nats
 */
public record Perplexity(long tokens, double meanLoss) {
    /** The perplexity itself. */
    public double value() {
        return Math.exp(meanLoss);
    }

    /**
     * Measures it. A text longer than the session's context is taken in windows of that length, one after the other; each
     * window's first token is not predicted.
     *
     * @param session of one sequence; reset at the beginning of each window
     * @param ids at least two
     * @param progress told how many tokens are done
     */
    public static Perplexity of(Session session, int[] ids, IntConsumer progress) {
        if (ids.length < 2) {
            throw new InvalidInputException("text: expected at least 2 tokens but found " + ids.length);
        }
        double sum = 0;
        long count = 0;
        int window = session.options().maxContext();
        if (window < 2) {
            throw new InvalidInputException("context: expected at least 2 tokens but found " + window);
        }
        for (int from = 0; from < ids.length; from += window) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + window));
            session.reset(0);
            int begin = from;
            double[] loss = new double[1];
            session.feed(part, (first, logits) -> {
                loss[0] += loss(session.network(), part, first, logits);
                progress.accept(begin + first + logits.dim(0));
            });
            sum += loss[0];
            count += part.length - 1;
        }
        return new Perplexity(count, sum / count);
    }

    private static double loss(Network network, int[] ids, int first, Tensor logits) {
        double sum = 0;
        for (int row = 0; row < logits.dim(0) && first + row + 1 < ids.length; row++) {
            double loss = loss(network, logits, row, ids[first + row + 1], first + row + 1);
            sum += loss;
        }
        return sum;
    }

    /**
     * −ln p of one token.
     *
     * @param logits [rows, vocabulary]
     * @param row the row for the token
     * @param id the token
     * @param place how many tokens were before it, for the message
     * @throws NumericException if it is not finite
     */
    public static double loss(Network network, Tensor logits, int row, int id, int place) {
        int width = logits.dim(1);
        double loss = logSumExp(logits, (long) row * width, width) - logits.get((long) row * width + id);
        if (!Double.isFinite(loss)) {
            throw network.explained(new NumericException("logits: expected finite numbers but found others after "
                    + place + " tokens; they outgrow float32 on this engine"));
        }
        return loss;
    }

    private static double logSumExp(Tensor logits, long at, int width) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            largest = Math.max(largest, logits.get(at + i)); // NaN wins
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(logits.get(at + i) - (double) largest);
        }
        return largest + Math.log(sum);
    }
}
