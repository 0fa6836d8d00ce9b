package io.deltarule.models.rwkv7;

import io.deltarule.core.InvalidInputException;

/**
 * Sizes of an RWKV-7 layer.
 *
 * @param hidden width of the model's rows, and of all keys together
 * @param heads how many, a divisor of both widths
 * @param values width of all values together
 * @param ranks of the adapters
 * @param normEps added to the mean of squares of each head's read-out
 * @param keyEps added to the sum of squares of each head's erase key
 */
public record Rwkv7Config(int hidden, int heads, int values, Ranks ranks, double normEps, double keyEps) {
    /**
     * How narrow the adapters are in the middle.
     *
     * @param decay of the decay
     * @param a of the strength of erasing
     * @param v of the first layer's values
     * @param gate of the output's gate
     */
    public record Ranks(int decay, int a, int v, int gate) {}

    /**
     * Checks the widths.
     *
     * @throws InvalidInputException if the heads do not divide them
     */
    public Rwkv7Config {
        if (heads < 1 || hidden % heads != 0 || values % heads != 0) {
            throw new InvalidInputException("heads: expected a divisor of " + hidden + " key and " + values
                    + " value channels but found " + heads);
        }
    }

    /** Key channels per head. */
    public int headK() {
        return hidden / heads;
    }

    /** Value channels per head. */
    public int headV() {
        return values / heads;
    }
}
