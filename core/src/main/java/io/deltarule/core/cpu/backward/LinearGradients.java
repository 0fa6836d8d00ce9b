package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.product.OuterBlock;
import io.deltarule.core.cpu.product.TokenPanels;
import io.deltarule.core.cpu.product.TokenStrips;
import io.deltarule.core.cpu.product.WeightBlock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The two products that a projection y = W x + b takes backward, by the engine's own tiles.
 *
 * <pre>
 *   x̄_t = Wᵀ ȳ_t            for all tokens: X̄ᵀ = Wᵀ Ȳᵀ, threads share out the inputs
 *   W̄ += Σ_t ȳ_t x_tᵀ        threads share out the outputs, each sums over the tokens in their order
 * </pre>
 */
final class LinearGradients {
    /** Tokens at a time, whose sums a cache has to hold. */
    private static final int MOST_TOKENS = 1024;

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
        TokenPanels gradients = scratch.panels().inputs();
        gradients.begin(tokens, out);
        run.items(
                gradients.panels(), (long) tokens * out, (panel, slot) -> gradients.take(panel, y.data(), y.row(yRow)));
        int rows = WeightBlock.rows(in, run.threads());
        run.items(Math.ceilDiv(in, rows), (long) tokens * out * in / 8, (item, slot) -> {
            int first = item * rows;
            WeightBlock block = scratch.panels().block(slot);
            int count = Math.min(rows, in - first);
            block(gradients, W, in, out, first, count, block, slot);
            for (int panel = 0; panel < gradients.panels(); panel++) {
                block.finish(panel);
                int firstToken = panel * TokenPanels.WIDTH;
                for (int t = firstToken; t < Math.min(tokens, firstToken + TokenPanels.WIDTH); t++) {
                    int from = block.resultAt(t - firstToken);
                    long to = x.offset(xRow + t, first);
                    if (add) {
                        accumulate(block.results(), from, count, x.data(), to);
                    } else {
                        MemorySegment.copy(block.results(), from, x.data(), FLOAT, to, count);
                    }
                }
            }
        });
    }

    private void block(
            TokenPanels gradients, LayerWeight W, int in, int out, int first, int count, WeightBlock block, int slot) {
        MemorySegment way = scratch.panels().of(slot);
        block.begin(count, gradients);
        int most = WeightBlock.depth(out);
        for (int k = 0; k < out; k += most) {
            int depth = Math.min(most, out - k);
            for (int j = 0; j < depth; j++) {
                long row = (long) (k + j) * in;
                if (W.type().block() == 1) {
                    W.copy(row + first, count, block.weights(), block.transposedAt(j), way);
                } else { // only whole blocks can be read
                    W.copy(row, in, way, 0);
                    long at = (long) first * Float.BYTES;
                    MemorySegment.copy(way, FLOAT, at, block.weights(), block.transposedAt(j), count);
                }
            }
            block.addTransposed(gradients, k, depth);
        }
    }

    private static void accumulate(float[] from, int fromAt, int count, MemorySegment to, long at) {
        int i = 0;
        for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
            long d = at + (long) i * Float.BYTES;
            Lanes.store(Lanes.load(to, d).add(FloatVector.fromArray(Lanes.SPECIES, from, fromAt + i)), to, d);
        }
        for (; i < count; i++) {
            long d = at + (long) i * Float.BYTES;
            to.set(FLOAT, d, to.get(FLOAT, d) + from[fromAt + i]);
        }
    }

    /**
     * W̄ += Σ ȳ xᵀ and b̄ += Σ ȳ over some tokens, those in the slots' first rows.
     *
     * @param W null where its gradient is not wanted
     * @param b likewise
     */
    void weights(BackwardRun back, int tokens, SlotBuffer y, SlotBuffer x, WeightGradient W, WeightGradient b) {
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
            if (W != null) {
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
