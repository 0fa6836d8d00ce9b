package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import java.io.Serializable;
import java.util.Set;

/**
 * How a text goes on and when it ends.
 *
 * @param maxNewTokens most new tokens per sequence
 * @param sampling how each is chosen
 * @param stops ids that end a text, or null for the model's own
 */
public record GenerationOptions(int maxNewTokens, Sampling sampling, Set<Integer> stops) implements Serializable {
    /**
     * Copies the set.
     *
     * @throws InvalidInputException if there is to be less than nothing
     */
    public GenerationOptions {
        if (maxNewTokens < 0) {
            throw new InvalidInputException("new tokens: expected 0 or more but found " + maxNewTokens);
        }
        stops = stops == null ? null : Set.copyOf(stops);
    }

    /** The likeliest token every time, up to the model's own stop tokens. */
    public static GenerationOptions greedy(int maxNewTokens) {
        return new GenerationOptions(maxNewTokens, Sampling.GREEDY, null);
    }

    /** The same with other sampling. */
    public GenerationOptions with(Sampling other) {
        return new GenerationOptions(maxNewTokens, other, stops);
    }

    /** The same with other stop tokens; none for as many tokens as asked for, whatever they are. */
    public GenerationOptions withStops(Set<Integer> ids) {
        return new GenerationOptions(maxNewTokens, sampling, ids);
    }
}
