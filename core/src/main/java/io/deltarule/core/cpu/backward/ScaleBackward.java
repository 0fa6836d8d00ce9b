package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.ElementwiseOp;

/** Channels times learned factors backward: x̄ = w ⊙ ȳ, ā = ȳ, w̄ = Σ x ⊙ ȳ over tokens and the channels that share it. */
public final class ScaleBackward implements BackwardStep {
    private final SlotBuffer x;
    private final SlotBuffer dy;
    private final Tensor weight;
    private final int groups;
    private final Gradient dx;
    private final Gradient dAdded;
    private final WeightGradient dWeight;
    private final SlotBuffer factors; // [1][width]
    private final TokenSums sums; // of x ⊙ ȳ, a number per channel

    /** @param dAdded null also where nothing is added */
    public ScaleBackward(
            ElementwiseOp.Scale op,
            SlotBuffer x,
            SlotBuffer dy,
            Tensor weight,
            Gradient dx,
            Gradient dAdded,
            WeightGradient dWeight,
            BackwardScratch scratch) {
        this.x = x;
        this.dy = dy;
        this.weight = weight;
        this.groups = op.groups();
        this.dx = dx;
        this.dAdded = dAdded;
        this.dWeight = dWeight;
        this.factors = SlotBuffer.scratch(scratch.arena(), 1, x.width());
        this.sums = new TokenSums(Lanes.padded(x.width()), scratch.arena());
    }

    @Override
    public void run(BackwardRun back) {
        int width = x.width();
        for (int i = 0; i < width; i++) {
            factors.set(0, i, weight.get(i / (width / groups)));
        }
        sums.run(back.tokens(), 4L * width, (from, to, sumsAt, slot) -> {
            for (long t = from; t < to; t++) {
                row(x.row(t), sumsAt);
            }
        });
        sums.addGroupsTo(back, dWeight, 0, width, groups);
    }

    private void row(long at, long sumsAt) {
        int n = x.width();
        if (dWeight != null) {
            Spans.accumulateProduct(x.data(), at, dy.data(), at, sums.data(), sumsAt, n);
        }
        if (dx != null && dx.add()) {
            Spans.accumulateProduct(
                    dy.data(), at, factors.data(), 0, dx.buffer().data(), at, n);
        } else if (dx != null) {
            Spans.scaleTimes(dy.data(), at, 1, factors.data(), 0, dx.buffer().data(), at, n);
        }
        if (dAdded != null) {
            ElementwiseBackward.scaled(dy, at, 1, dAdded, n);
        }
    }
}
