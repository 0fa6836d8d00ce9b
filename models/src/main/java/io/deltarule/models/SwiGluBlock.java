package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.Slot;

/**
 * The feed-forward part of a block, y = W_down (W_up x ⊙ SiLU(W_gate x)).
 *
 * <p>Weights: {@code gate_proj.weight} and {@code up_proj.weight} [intermediate, hidden], {@code down_proj.weight} [hidden,
 * intermediate].
 *
 * @param hidden width of the model's rows
 * @param intermediate width in the middle
 */
public record SwiGluBlock(int hidden, int intermediate) implements Layer {
    /** With the middle width that flash-linear-attention's models have for a ratio: 2/3 of it, in steps of 256. */
    public static SwiGluBlock ofRatio(int hidden, int ratio) {
        int width = (int) (hidden * (long) ratio * 2 / 3);
        return new SwiGluBlock(hidden, (width + 255) / 256 * 256);
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot gate = to.linear(x, "gate_proj", intermediate);
        Slot up = to.linear(x, "up_proj", intermediate);
        Slot product = to.multiply(up, gate, "product", Activation.SILU);
        return to.linear(product, "down_proj", hidden);
    }
}
