package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.GenerationDefaults;
import java.io.Serializable;

/**
 * How the next token is chosen from its logits ℓ, in this order.
 *
 * <pre>
 *   repetition  of every id that the sequence has had, prompt included:  ℓ ← ℓ / penalty where ℓ &gt; 0, ℓ · penalty else
 *   presence    of every id that was made, prompt not included:  ℓ ← ℓ − penalty
 *   temperature p = softmax(ℓ / temperature); 0 takes the largest ℓ, the lowest id of equals, and is done
 *   top-k       only the k likeliest
 *   top-p       of these, only the likeliest that together reach p: the one that crosses p is still in
 *   min-p       of these, only those at least min-p times as likely as the likeliest
 * </pre>
 *
 * The token at a place is drawn with a number that only seed, sequence and place decide. So a text that is taken up from a
 * saved state, or after rolling back, goes on as it would have; with a presence penalty, what was made before counts as prompt.
 *
 * @param temperature 0 for greedy
 * @param topK 0 for all
 * @param topP 1 for all
 * @param minP 0 for all; source: Nguyen et al. 2024, arXiv:2407.01082
 * @param repetitionPenalty 1 for none; source: Keskar et al. 2019, arXiv:1909.05858, as published libraries apply it
 * @param presencePenalty 0 for none
 * @param seed any number
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double presencePenalty,
        long seed)
        implements Serializable {
    /** The likeliest token every time. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0, 0);

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
        if (!(minP >= 0 && minP <= 1)) {
            throw new InvalidInputException("min-p: expected 0 (all) to 1 (only the likeliest) but found " + minP);
        }
        if (!(Math.abs(presencePenalty) <= 1e6)) {
            throw new InvalidInputException(
                    "presence penalty: expected a number, 0 for none, but found " + presencePenalty);
        }
        if (!(repetitionPenalty > 0 && repetitionPenalty <= 1e6)) {
            throw new InvalidInputException(
                    "repetition penalty: expected more than 0, 1 for none, but found " + repetitionPenalty);
        }
    }

    /**
     * What a model's generation_config.json says; the likeliest token every time where it says nothing, or that nothing is to be
     * drawn.
     */
    public static Sampling of(GenerationDefaults defaults) {
        return new Sampling(
                defaults.drawn() ? orElse(defaults.temperature(), 1) : 0,
                defaults.topK() == null ? 0 : defaults.topK(),
                orElse(defaults.topP(), 1),
                orElse(defaults.minP(), 0),
                orElse(defaults.repetitionPenalty(), 1),
                orElse(defaults.presencePenalty(), 0),
                0);
    }

    private static double orElse(Double value, double absent) {
        return value == null ? absent : value;
    }

    /** Drawn at this temperature from all tokens. */
    public static Sampling temperature(double temperature) {
        return GREEDY.withTemperature(temperature);
    }

    /** The same at another temperature. */
    public Sampling withTemperature(double other) {
        return new Sampling(other, topK, topP, minP, repetitionPenalty, presencePenalty, seed);
    }

    /** The same from the k likeliest. */
    public Sampling withTopK(int k) {
        return new Sampling(temperature, k, topP, minP, repetitionPenalty, presencePenalty, seed);
    }

    /** The same from the likeliest that together reach p. */
    public Sampling withTopP(double p) {
        return new Sampling(temperature, topK, p, minP, repetitionPenalty, presencePenalty, seed);
    }

    /** The same from those at least p times as likely as the likeliest. */
    public Sampling withMinP(double p) {
        return new Sampling(temperature, topK, topP, p, repetitionPenalty, presencePenalty, seed);
    }

    /** The same with a penalty on what was there already. */
    public Sampling withRepetitionPenalty(double penalty) {
        return new Sampling(temperature, topK, topP, minP, penalty, presencePenalty, seed);
    }

    /** The same with a penalty on what was made already. */
    public Sampling withPresencePenalty(double penalty) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, penalty, seed);
    }

    /** The same with another seed. */
    public Sampling withSeed(long other) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, presencePenalty, other);
    }
}
