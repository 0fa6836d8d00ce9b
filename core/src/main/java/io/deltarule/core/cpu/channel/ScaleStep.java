package io.deltarule.core.cpu.channel;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.ElementwiseOp;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;

/** Channels times learned factors: y = a + w ⊙ x, or w ⊙ x. */
public final class ScaleStep implements LayerStep {
    private final SlotBuffer x;
    private final SlotBuffer added; // null for none
    private final SlotBuffer y;
    private final Tensor weight;
    private final int share;
    private final ChannelValues factors;

    /** @param added null for none */
    public ScaleStep(ElementwiseOp.Scale op, SlotBuffer x, SlotBuffer added, Tensor weight, SlotBuffer y, Arena arena) {
        this.x = x;
        this.added = added;
        this.y = y;
        this.weight = weight;
        this.share = x.width() / op.groups();
        this.factors = new ChannelValues(x.width(), arena);
        refresh();
    }

    @Override
    public void refresh() {
        factors.set(i -> weight.get(i / share));
    }

    @Override
    public void run(LayerRun run) {
        run.split((long) run.tokens() * x.width(), Activations.SPAN, 1, (from, to, slot) -> {
            if (added == null) {
                times(from * Float.BYTES, to * Float.BYTES);
            } else {
                timesPlus(from * Float.BYTES, to * Float.BYTES);
            }
        });
    }

    private void times(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            FloatVector factor = Lanes.load(factors.data(), factors.column(at));
            Lanes.store(Lanes.load(x.data(), at).mul(factor), y.data(), at);
        }
    }

    private void timesPlus(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            FloatVector factor = Lanes.load(factors.data(), factors.column(at));
            Lanes.store(Lanes.load(x.data(), at).fma(factor, Lanes.load(added.data(), at)), y.data(), at);
        }
    }
}
