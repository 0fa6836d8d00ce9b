package io.deltarule.core;

/**
 * One input of the recurrence as a product: vector_t ⊙ gain_t.
 *
 * @param vector the tensor that gives the channels
 * @param gain what they are multiplied by: {@link Input#BETA} (one number per head) or a tensor with the same channels
 */
public record Term(Input vector, Input gain) {
    /** Whether the gain is one number per head rather than one per channel. */
    public boolean scalarGain() {
        return gain == Input.BETA;
    }
}
