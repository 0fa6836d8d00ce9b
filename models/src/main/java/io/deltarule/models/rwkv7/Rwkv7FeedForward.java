package io.deltarule.models.rwkv7;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.Layer;
import io.deltarule.models.ProgramBuilder;

/**
 * RWKV-7's feed-forward part, y = W_value relu(W_key x')², x' = x + x_k ⊙ (x_{t−1} − x).
 *
 * <p>Weights: {@code x_k} [hidden], {@code key.weight} [intermediate, hidden], {@code value.weight} [hidden, intermediate]. Source: Peng
 * et al. 2025, arXiv:2503.14456, section 4.
 *
 * @param hidden width of the model's rows
 * @param intermediate width in the middle
 */
public record Rwkv7FeedForward(int hidden, int intermediate) implements Layer {
    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot key = to.linear(TokenShift.of(to, x).mixed(to, "k"), "key", intermediate);
        return to.linear(to.multiply(key, key, "squared", Activation.RELU), "value", hidden);
    }
}
