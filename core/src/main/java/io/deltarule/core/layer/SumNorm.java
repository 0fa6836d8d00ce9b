package io.deltarule.core.layer;

import java.util.List;

/**
 * Each group of channels divided by its sum, y = x / Σ x: a distribution where x ≥ 0, as after ReLU or elu(x) + 1. Without
 * an epsilon, as flash-linear-attention's {@code qk_norm="sum"} has none: a group of zeros becomes NaN.
 *
 * @param in x
 * @param out y, as wide
 * @param group channels per head
 */
public record SumNorm(Slot in, Slot out, int group) implements LayerOp {
    /** Checks the widths. */
    public SumNorm {
        Ops.sameWidth("sum norm", in, out);
        Ops.divides("sum norm: group", group, in);
    }

    @Override
    public List<Slot> reads() {
        return List.of(in);
    }
}
