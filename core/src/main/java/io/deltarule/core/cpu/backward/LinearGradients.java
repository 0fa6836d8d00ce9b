package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.product.InputBlock;
import io.deltarule.core.cpu.product.OuterBlock;
import io.deltarule.core.cpu.product.TokenRows;
import io.deltarule.core.cpu.product.TokenStrips;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The two products that a projection y = W x + b takes backward, by the engine's own tiles.
 *
 * <pre>
 *   x̄_t = Wᵀ ȳ_t            for all tokens: X̄ = Ȳ W, threads share out the inputs
 *   W̄ += Σ_t ȳ_t x_tᵀ        threads share out the outputs, each sums over the tokens in their order
 * </pre>
 */
final class LinearGradients {
    /** Tokens at a time, whose sums a cache has to hold. */
    private static final int MOST_TOKENS = 1024;

    /** Tokens that a thread copies at a time. */
    private static final int ROWS = 64;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final BackwardScratch scratch;

    LinearGradients(BackwardScratch scratch) {
        this.scratch = scratch;
    }

    /**
     * x̄ ← Wᵀ ȳ, or x̄ += Wᵀ ȳ, for some tokens.
     *
     * @param y ȳ, the first of these tokens in its first row
     * @param x x̄
     * @param firstToken the row of x̄ that it begins at
     */
    void input(LayerRun run, int tokens, SlotBuffer y, LayerWeight W, SlotBuffer x, long firstToken, boolean add) {
        for (int t = 0; t < tokens; t += MOST_TOKENS) {
            someInputs(run, Math.min(MOST_TOKENS, tokens - t), y, t, W, x, firstToken + t, add);
        }
    }

    private void someInputs(
            LayerRun run, int tokens, SlotBuffer y, long yRow, LayerWeight W, SlotBuffer x, long xRow, boolean add) {
        int in = x.width();
        int out = y.width();
        TokenRows gradients = scratch.rows();
        gradients.begin(tokens, out);
        run.items(Math.ceilDiv(tokens, ROWS), (long) tokens * out / 4, (part, slot) -> {
            gradients.take(part * ROWS, Math.min(tokens, (part + 1) * ROWS), y.data(), y.row(yRow));
        });
        int columns = InputBlock.columns(in, run.threads());
        run.items(Math.ceilDiv(in, columns), (long) tokens * out * in / 8, (item, slot) -> {
            int first = item * columns;
            int count = Math.min(columns, in - first);
            InputBlock block = scratch.inputBlock(slot);
            int most = InputBlock.depth(out);
            for (int k = 0; k < out; k += most) {
                int depth = Math.min(most, out - k);
                take(W, in, k, depth, first, count, block, slot);
                block.add(gradients, k, depth, count);
            }
            for (int t = 0; t < tokens; t++) {
                block.finish(t, count, x.data(), x.offset(xRow + t, first), add);
            }
        });
    }

    /** Columns [first, first + count) of rows [k, k + depth) of W. */
    private void take(LayerWeight W, int in, int k, int depth, int first, int count, InputBlock block, int slot) {
        MemorySegment way = scratch.panels().of(slot);
        for (int j = 0; j < depth; j++) {
            long row = (long) (k + j) * in;
            if (W.type().block() == 1) {
                W.copy(row + first, count, block.weights(), block.weightAt(j), way);
            } else { // only whole blocks can be read
                W.copy(row, in, way, 0);
                long at = (long) first * Float.BYTES;
                MemorySegment.copy(way, FLOAT, at, block.weights(), block.weightAt(j), count);
            }
        }
    }

    /**
     * W̄ += Σ ȳ xᵀ and b̄ += Σ ȳ over some tokens, those in the slots' first rows.
     *
     * @param isSlot whether x is a slot, which another projection may have read just before; else it is scratch
     * @param W null where its gradient is not wanted
     * @param b likewise
     */
    void weights(
            BackwardRun back,
            int tokens,
            SlotBuffer y,
            SlotBuffer x,
            boolean isSlot,
            WeightGradient W,
            WeightGradient b) {
        if (W == null && b == null) {
            return;
        }
        LayerRun run = back.tokens();
        int in = x.width();
        int out = y.width();
        TokenStrips inputs = scratch.strips();
        int rows = OuterBlock.rows(out, run.threads());
        for (int t = 0; t < tokens; t += MOST_TOKENS) {
            long first = t;
            int count = Math.min(MOST_TOKENS, tokens - t);
            long mark = isSlot ? back.computation() : TokenStrips.UNMARKED;
            if (W != null && !inputs.hold(x.data(), first, count, mark)) {
                inputs.begin(count, in);
                run.items(
                        inputs.strips(),
                        (long) count * in,
                        (strip, slot) -> inputs.take(strip, x.data(), x.row(first)));
            }
            run.items(Math.ceilDiv(out, rows), (long) count * out * in / 8, (item, slot) -> {
                OuterBlock block = scratch.block(slot);
                int row = item * rows;
                block.take(row, Math.min(rows, out - row), count, out, y.data(), y.row(first));
                if (W != null) {
                    block.addTo(inputs, in, back.weights(), W.at() + (long) row * in * Float.BYTES);
                }
                if (b != null) {
                    block.addTotals(count, back.weights(), b.at() + (long) row * Float.BYTES);
                }
            });
        }
    }
}
