package io.deltarule.core.cpu.channel;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.NormOp;
import java.lang.foreign.Arena;

/** Layer norms, group by group: y = w ⊙ (x − μ) / √(mean (x − μ)² + eps) + b. */
public final class LayerNormStep implements LayerStep {
    private final NormOp.LayerNorm op;
    private final SlotBuffer x;
    private final SlotBuffer y;
    private final Tensor weight;
    private final Tensor bias; // null for none
    private final SlotBuffer values; // w, b, ones

    /** @param bias null for none */
    public LayerNormStep(NormOp.LayerNorm op, SlotBuffer x, Tensor weight, Tensor bias, SlotBuffer y, Arena arena) {
        this.op = op;
        this.x = x;
        this.y = y;
        this.weight = weight;
        this.bias = bias;
        this.values = SlotBuffer.scratch(arena, 3, x.width());
        refresh();
    }

    @Override
    public void refresh() {
        for (int i = 0; i < x.width(); i++) {
            values.set(0, i, weight.get(i));
            values.set(1, i, bias == null ? 0 : bias.get(i));
            values.set(2, i, 1);
        }
    }

    @Override
    public void run(LayerRun run) {
        long bytes = (long) op.group() * Float.BYTES;
        run.rows(7L * x.width(), (from, to, slot) -> {
            for (long t = from; t < to; t++) {
                for (long inRow = 0; inRow < (long) x.width() * Float.BYTES; inRow += bytes) {
                    group(x.row(t) + inRow, inRow);
                }
            }
        });
    }

    private void group(long at, long inRow) {
        int n = op.group();
        float mean = Spans.dot(x.data(), at, values.data(), values.row(2), n) / n;
        Spans.combine(1, x.data(), at, -mean, values.data(), values.row(2), y.data(), at, n);
        double variance = (double) Spans.squares(y.data(), at, n) / n;
        float inverse = (float) (1 / Math.sqrt(variance + op.eps()));
        Spans.scaleTimes(y.data(), at, inverse, values.data(), inRow, y.data(), at, n);
        if (bias != null) {
            Spans.accumulate(1, values.data(), values.row(1) + inRow, y.data(), at, n);
        }
    }
}
