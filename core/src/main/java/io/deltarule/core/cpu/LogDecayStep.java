package io.deltarule.core.cpu;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerOp;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The log-decay of a gate, −exp(A_log) · softplus(x + dt_bias) or lowerBound · sigmoid(exp(A_log) (x + dt_bias)). The
 * factors and biases are spread over the channels once, when the plan is made.
 */
final class LogDecayStep implements LayerStep {
    private final SlotBuffer x;
    private final SlotBuffer g;
    private final Matrix rates; // exp(A_log), one row as wide as x
    private final Matrix biases;
    private final float lowerBound;

    LogDecayStep(LayerOp.LogDecay op, SlotBuffer x, Tensor aLog, Tensor dtBias, SlotBuffer g, Arena arena) {
        this.x = x;
        this.g = g;
        this.lowerBound = (float) op.lowerBound();
        this.rates = Matrix.allocate(arena, 1, x.width());
        this.biases = Matrix.allocate(arena, 1, x.width());
        for (int i = 0; i < x.width(); i++) {
            rates.set(0, i, (float) Math.exp(aLog.get(i / (x.width() / op.heads()))));
            biases.set(0, i, dtBias == null ? 0 : dtBias.get(i));
        }
    }

    @Override
    public void run(LayerRun run) {
        run.rows(16L * x.width(), (from, to) -> {
            for (long t = from; t < to; t++) {
                row(x.row(t));
            }
        });
    }

    private void row(long at) {
        int width = x.width();
        int i = 0;
        for (; i + Lanes.COUNT <= width; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            Lanes.store(decay(Lanes.load(x.data(), at + d), d), g.data(), at + d);
        }
        if (i < width) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(i, width);
            Spans.store(decay(Spans.load(x.data(), at + d, mask), d), g.data(), at + d, mask);
        }
    }

    private FloatVector decay(FloatVector in, long column) {
        FloatVector rate = Lanes.load(rates.data(), column);
        FloatVector biased = in.add(Lanes.load(biases.data(), column));
        return lowerBound == 0
                ? Activations.softplus(biased).mul(rate).neg()
                : Activations.sigmoid(biased.mul(rate)).mul(lowerBound);
    }
}
