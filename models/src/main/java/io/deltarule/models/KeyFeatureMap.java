package io.deltarule.models;

import io.deltarule.core.layer.Activation;

/**
 * What a delta rule's queries and keys go through between their convolution and the state.
 *
 * @param activation what follows the convolution, or the projection where there is none
 * @param plusOne whether 1 is added to that: flash-linear-attention's "elu" is elu(x) + 1
 * @param sumNorm whether each head is divided by its sum, rather than by its length
 */
public record KeyFeatureMap(Activation activation, boolean plusOne, boolean sumNorm) {
    /** SiLU, then unit length, as in nearly all published models. */
    public static final KeyFeatureMap SILU_L2 = new KeyFeatureMap(Activation.SILU, false, false);
}
