package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Mixture of experts: tokens are routed, each expert's rows gathered so that it is three products however many tokens it
 * has, and what comes out added to its tokens. Experts one after the other, lowest number first, so sums have one order.
 */
public final class ExpertsStep implements LayerStep {
    /**
     * One expert's weights.
     *
     * @param gate [intermediate, in]
     * @param up [intermediate, in]
     * @param down [out, intermediate]
     */
    public record Expert(LayerWeight gate, LayerWeight up, LayerWeight down) {}

    /** One expert's products over the gathered rows. */
    private record Products(LinearStep gate, LinearStep up, LinearStep down) {}

    private final SlotBuffer x;
    private final SlotBuffer y;
    private final float limit;
    private final ExpertsRouter router;
    private final List<Products> experts = new ArrayList<>();
    private final SlotBuffer rows; // the expert's tokens
    private final SlotBuffer gates;
    private final SlotBuffer ups;
    private final SlotBuffer products;
    private final SlotBuffer results;

    public ExpertsStep(
            MatrixOp.Experts op,
            SlotBuffer x,
            ExpertsRouter router,
            List<Expert> weights,
            SlotBuffer y,
            int maxTokens,
            WeightPanels panels,
            Arena arena) {
        this.x = x;
        this.y = y;
        this.limit = (float) op.limit();
        this.router = router;
        this.rows = SlotBuffer.allocate(arena, maxTokens, x.width());
        this.gates = SlotBuffer.allocate(arena, maxTokens, op.intermediate());
        this.ups = SlotBuffer.allocate(arena, maxTokens, op.intermediate());
        this.products = SlotBuffer.allocate(arena, maxTokens, op.intermediate());
        this.results = SlotBuffer.allocate(arena, maxTokens, y.width());
        for (Expert expert : weights) {
            experts.add(new Products(
                    new LinearStep(rows, expert.gate(), null, gates, panels),
                    new LinearStep(rows, expert.up(), null, ups, panels),
                    new LinearStep(products, expert.down(), null, results, panels)));
        }
    }

    @Override
    public void refresh() {
        router.refresh();
    }

    @Override
    public void run(LayerRun run) {
        router.route(run);
        y.data().asSlice(0, y.row(run.tokens())).fill((byte) 0);
        for (int e = 0; e < experts.size(); e++) {
            int count = router.count(e);
            if (count > 0) {
                gather(e, count);
                Products expert = experts.get(e);
                expert.gate().run(run, count);
                expert.up().run(run, count);
                ElementwiseStep.multiply(run, count, ups, gates, products, Activation.SILU, limit);
                expert.down().run(run, count);
                scatter(e, count);
            }
        }
    }

    private void gather(int e, int count) {
        long bytes = (long) x.width() * Float.BYTES;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(x.data(), x.row(router.token(e, i)), rows.data(), rows.row(i), bytes);
        }
    }

    private void scatter(int e, int count) {
        for (int i = 0; i < count; i++) {
            Spans.accumulate(
                    router.weight(e, i),
                    results.data(),
                    results.row(i),
                    y.data(),
                    y.row(router.token(e, i)),
                    y.width());
        }
    }
}
