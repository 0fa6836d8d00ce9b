package io.deltarule.core.layer;

import java.util.List;

/**
 * The same number everywhere, y = value: β of a DeltaNet that has none, the 1 of elu(x) + 1.
 *
 * @param out y
 * @param value finite
 */
public record Constant(Slot out, double value) implements LayerOp {
    /** Checks the number. */
    public Constant {
        Ops.finite("constant", value);
    }

    @Override
    public List<Slot> reads() {
        return List.of();
    }
}
