package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;

/**
 * How the next token is chosen from its logits ℓ, in this order.
 *
 * <pre>
 *   penalty     of every id that the sequence has had:  ℓ ← ℓ / penalty where ℓ &gt; 0, ℓ · penalty else
 *   temperature p = softmax(ℓ / temperature); 0 takes the largest ℓ, the lowest id of equals, and is done
 *   top-k       only the k likeliest
 *   top-p       of these, only the likeliest that together reach p: the one that crosses p is still in
 * </pre>
 *
 * The token at a place is drawn with a number that only seed, sequence and place decide. So a text that is taken up from a
 * saved state, or after rolling back, goes on as it would have.
 *
 * @param temperature 0 for greedy
 * @param topK 0 for all
 * @param topP 1 for all
 * @param repetitionPenalty 1 for none; source: Keskar et al. 2019, arXiv:1909.05858, as published libraries apply it
 * @param seed any number
 */
public record Sampling(double temperature, int topK, double topP, double repetitionPenalty, long seed) {
    /** The likeliest token every time. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 1, 0);

    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException naming the first that is out of its range
     */
    public Sampling {
        if (!(temperature >= 0 && temperature <= 1e6)) { // false for NaN too
            throw new InvalidInputException(
                    "temperature: expected 0 (greedy) or more, 1 as the model was trained, but found " + temperature);
        }
        if (topK < 0) {
            throw new InvalidInputException("top-k: expected 0 (all) or more but found " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new InvalidInputException("top-p: expected more than 0 and at most 1 (all) but found " + topP);
        }
        if (!(repetitionPenalty > 0 && repetitionPenalty <= 1e6)) {
            throw new InvalidInputException(
                    "repetition penalty: expected more than 0, 1 for none, but found " + repetitionPenalty);
        }
    }

    /** Drawn at this temperature from all tokens. */
    public static Sampling temperature(double temperature) {
        return new Sampling(temperature, 0, 1, 1, 0);
    }

    /** The same from the k likeliest. */
    public Sampling withTopK(int k) {
        return new Sampling(temperature, k, topP, repetitionPenalty, seed);
    }

    /** The same from the likeliest that together reach p. */
    public Sampling withTopP(double p) {
        return new Sampling(temperature, topK, p, repetitionPenalty, seed);
    }

    /** The same with a penalty on what was there already. */
    public Sampling withRepetitionPenalty(double penalty) {
        return new Sampling(temperature, topK, topP, penalty, seed);
    }

    /** The same with another seed. */
    public Sampling withSeed(long other) {
        return new Sampling(temperature, topK, topP, repetitionPenalty, other);
    }
}
