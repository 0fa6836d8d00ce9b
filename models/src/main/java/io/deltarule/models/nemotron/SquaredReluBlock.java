package io.deltarule.models.nemotron;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.Layer;
import io.deltarule.models.ProgramBuilder;

/**
 * A feed-forward part without a gate, y = W_down max(W_up x, 0)². Source: So et al. 2021, arXiv:2109.08668.
 *
 * <p>Weights: {@code up_proj.weight} [intermediate, hidden], {@code down_proj.weight} [hidden, intermediate].
 *
 * @param hidden width of the model's rows
 * @param intermediate width in the middle
 */
public record SquaredReluBlock(int hidden, int intermediate) implements Layer {
    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot up = to.linear(x, "up_proj", intermediate);
        Slot squared = to.multiply(up, up, "squared", Activation.RELU); // x · max(x, 0)
        return to.linear(squared, "down_proj", hidden);
    }
}
