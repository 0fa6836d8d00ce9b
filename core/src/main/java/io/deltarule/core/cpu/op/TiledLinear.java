package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.product.TokenPanels;
import io.deltarule.core.cpu.product.WarmUp;
import io.deltarule.core.cpu.product.WeightBlock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Projections of many tokens by the engine's own tiles, transposed: yᵀ = W xᵀ. So a row of W is broadcast number by number,
 * as it is widened and without being rearranged; what is rearranged is x, once, and y, which are smaller. A thread takes some
 * outputs for all tokens: each weight is widened once, however many tokens there are.
 */
final class TiledLinear implements ManyTokens {
    /** Tokens at a time, whose sums a cache has to hold. */
    private static final int MOST_TOKENS = 1024;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final SlotBuffer x;
    private final LayerWeight W;
    private final LayerWeight b; // null for none
    private final SlotBuffer y;
    private final WeightPanels panels;

    TiledLinear(SlotBuffer x, LayerWeight W, LayerWeight b, SlotBuffer y, WeightPanels panels) {
        this.x = x;
        this.W = W;
        this.b = b;
        this.y = y;
        this.panels = panels;
    }

    @Override
    public void run(LayerRun run, int tokens) {
        WarmUp.awaitTile();
        for (int token = 0; token < tokens; token += MOST_TOKENS) {
            run(run, token, Math.min(MOST_TOKENS, tokens - token));
        }
    }

    private void run(LayerRun run, int firstToken, int tokens) {
        int in = x.width();
        int out = y.width();
        TokenPanels inputs = panels.inputs();
        inputs.begin(tokens, in);
        run.items(
                inputs.panels(), (long) tokens * in, (panel, slot) -> inputs.take(panel, x.data(), x.row(firstToken)));
        int rows = WeightBlock.rows(out, run.threads());
        long operations = (long) tokens * out * in / 8;
        run.items(Math.ceilDiv(out, rows), operations, (item, slot) -> {
            int first = item * rows;
            block(inputs, firstToken, tokens, first, Math.min(rows, out - first), panels.block(slot), slot);
        });
    }

    private void block(TokenPanels inputs, int begin, int tokens, int first, int rows, WeightBlock block, int slot) {
        int in = x.width();
        block.begin(rows, inputs);
        int most = WeightBlock.depth(in);
        for (int k = 0; k < in; k += most) {
            int depth = Math.min(most, in - k);
            for (int r = 0; r < rows; r++) {
                W.copy((long) (first + r) * in + k, depth, block.weights(), block.weightAt(r), panels.of(slot));
            }
            block.add(inputs, k, depth);
        }
        for (int panel = 0; panel < inputs.panels(); panel++) {
            block.finish(panel);
            int firstToken = panel * TokenPanels.WIDTH;
            for (int t = firstToken; t < Math.min(tokens, firstToken + TokenPanels.WIDTH); t++) {
                int from = block.resultAt(t - firstToken);
                addBias(block.results(), from, first, rows);
                MemorySegment.copy(block.results(), from, y.data(), FLOAT, y.offset(begin + t, first), rows);
            }
        }
    }

    private void addBias(float[] sums, int at, int first, int rows) {
        for (int r = 0; b != null && r < rows; r++) {
            sums[at + r] += b.data().get(FLOAT, (long) (first + r) * Float.BYTES);
        }
    }
}
