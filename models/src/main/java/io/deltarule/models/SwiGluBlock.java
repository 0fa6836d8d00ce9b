package io.deltarule.models;

import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.Slot;

/**
 * The feed-forward part of a block, y = W_down (W_up x ⊙ SiLU(W_gate x)); with a limit L both factors are cut, the first to ±L, the
 * second to L.
 *
 * <p>Weights: {@code gate_proj.weight} and {@code up_proj.weight} [intermediate, hidden], {@code down_proj.weight} [hidden,
 * intermediate].
 *
 * @param hidden width of the model's rows
 * @param intermediate width in the middle
 * @param limit L, above 0, infinite for none
 */
public record SwiGluBlock(int hidden, int intermediate, double limit) implements Layer {
    /** Without a limit. */
    public SwiGluBlock(int hidden, int intermediate) {
        this(hidden, intermediate, Double.POSITIVE_INFINITY);
    }

    /** With the middle width that flash-linear-attention's models have for a ratio: 2/3 of it, in steps of 256. */
    public static SwiGluBlock ofRatio(int hidden, int ratio) {
        int width = (int) (hidden * (long) ratio * 2 / 3);
        return new SwiGluBlock(hidden, (width + 255) / 256 * 256);
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot gate = to.linear(x, "gate_proj", intermediate);
        Slot up = to.linear(x, "up_proj", intermediate);
        Slot product = to.slot("product", intermediate);
        to.add(new ElementwiseOp.Multiply(up, gate, product, Activation.SILU, limit));
        return to.linear(product, "down_proj", hidden);
    }
}
