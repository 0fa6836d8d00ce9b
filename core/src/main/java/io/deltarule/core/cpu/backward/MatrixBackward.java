package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.SlotBuffer;

/** Projections and tables backward. */
public final class MatrixBackward {
    private static final int LEAST_COLUMNS = 64;

    private MatrixBackward() {}

    /** x̄ = Wᵀ ȳ, W̄ += Σ ȳ xᵀ, b̄ += Σ ȳ. */
    public static BackwardStep linear(
            SlotBuffer x,
            LayerWeight W,
            SlotBuffer dy,
            Gradient dx,
            WeightGradient dW,
            WeightGradient db,
            BackwardScratch scratch) {
        LinearGradients gradients = new LinearGradients(scratch);
        return run -> {
            int tokens = run.tokens().tokens();
            if (dx != null) {
                gradients.input(run.tokens(), tokens, dy, W, dx.buffer(), 0, dx.add());
            }
            gradients.weights(run, tokens, dy, x, true, dW, db);
        };
    }

    /** The table's row of each token's id gets ȳ: threads share out the columns, tokens come in their order. */
    public static BackwardStep embedding(SlotBuffer ids, SlotBuffer dy, WeightGradient table) {
        int width = dy.width();
        return back -> {
            LayerRun run = back.tokens();
            int columns = Math.max(LEAST_COLUMNS, Math.ceilDiv(width, run.threads()));
            run.items(Math.ceilDiv(width, columns), (long) run.tokens() * width, (item, slot) -> {
                int first = item * columns;
                int count = Math.min(columns, width - first);
                for (long t = 0; t < run.tokens(); t++) {
                    long id = (long) ids.get(t, 0);
                    long to = table.at() + (id * width + first) * Float.BYTES;
                    Spans.accumulate(1, dy.data(), dy.offset(t, first), back.weights(), to, count);
                }
            });
        };
    }
}
