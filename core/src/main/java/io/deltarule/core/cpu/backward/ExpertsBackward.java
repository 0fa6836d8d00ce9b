package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.LimitedProduct;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.ExpertsRouter;
import io.deltarule.core.cpu.op.ExpertsStep;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LinearStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.MatrixOp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A mixture of experts backward, expert by expert as forward; what is in the middle of an expert is computed again.
 *
 * <pre>
 *   g = W_gate x, u = W_up x, p = u ⊙ SiLU(g)        h = W_downᵀ ȳ
 *   w̄ = h·p        p̄ = w h        ū = p̄ ⊙ SiLU(g)        ḡ = p̄ ⊙ u ⊙ SiLU'(g)        x̄ += W_upᵀ ū + W_gateᵀ ḡ
 * </pre>
 *
 * With a limit L the factors of p are min(max(u, −L), L) and min(SiLU(g), L), and the slope of one that is cut is 0. The router's scores
 * get their gradients from w̄ ({@link RouterGradients}); the choice has none.
 */
public final class ExpertsBackward implements BackwardStep {
    /**
     * Where an expert's gradients go, each null where it is not wanted.
     *
     * @param gate of [intermediate, in]
     * @param up of [intermediate, in]
     * @param down of [out, intermediate]
     */
    public record Expert(WeightGradient gate, WeightGradient up, WeightGradient down) {}

    private final SlotBuffer x;
    private final SlotBuffer dy;
    private final float limit;
    private final ExpertsRouter router;
    private final RouterGradients routerGradients;
    private final List<ExpertsStep.Expert> weights;
    private final List<Expert> gradients;
    private final List<LinearStep> gateSteps = new ArrayList<>();
    private final List<LinearStep> upSteps = new ArrayList<>();
    private final SlotBuffer dx; // null where it is not wanted
    private final LinearGradients products;
    private final SlotBuffer rows; // the expert's tokens
    private final SlotBuffer given; // their ȳ, then w ȳ
    private final SlotBuffer gates; // g, then ḡ
    private final SlotBuffer ups; // u, then ū
    private final SlotBuffer middle; // p
    private final SlotBuffer slopes; // h
    private final SlotBuffer back; // x̄ of the expert's tokens
    private final BackwardScratch scratch;

    /** @param dx overwritten, null where it is not wanted */
    public ExpertsBackward(
            MatrixOp.Experts op,
            SlotBuffer x,
            SlotBuffer logits,
            SlotBuffer dy,
            ExpertsRouter router,
            List<ExpertsStep.Expert> weights,
            List<Expert> gradients,
            SlotBuffer dx,
            Gradient dLogits,
            BackwardScratch scratch) {
        this.x = x;
        this.dy = dy;
        this.limit = (float) op.limit();
        this.router = router;
        this.routerGradients = new RouterGradients(op, logits, router, dLogits, scratch.maxTokens());
        this.weights = weights;
        this.gradients = gradients;
        this.dx = dx;
        this.scratch = scratch;
        this.products = new LinearGradients(scratch);
        this.rows = scratch.rows("experts: rows", x.width());
        this.given = scratch.rows("experts: given", dy.width());
        this.gates = scratch.rows("experts: gates", op.intermediate());
        this.ups = scratch.rows("experts: ups", op.intermediate());
        this.middle = scratch.rows("experts: middle", op.intermediate());
        this.slopes = scratch.rows("experts: slopes", op.intermediate());
        this.back = scratch.rows("experts: back", x.width());
        for (ExpertsStep.Expert expert : weights) {
            gateSteps.add(new LinearStep(rows, expert.gate(), null, gates, scratch.panels()));
            upSteps.add(new LinearStep(rows, expert.up(), null, ups, scratch.panels()));
        }
    }

    @Override
    public void run(BackwardRun run) {
        LayerRun tokens = run.tokens();
        router.refresh();
        router.route(tokens);
        if (dx != null) {
            dx.data().asSlice(0, dx.row(tokens.tokens())).fill((byte) 0);
        }
        for (int e = 0; e < weights.size(); e++) {
            int count = router.count(e);
            if (count > 0) {
                expert(run, e, count);
            }
        }
        routerGradients.run(tokens);
    }

    private void expert(BackwardRun run, int e, int count) {
        LayerRun tokens = run.tokens();
        gather(x, e, count, rows);
        gather(dy, e, count, given);
        gateSteps.get(e).run(tokens, count);
        upSteps.get(e).run(tokens, count);
        products.input(tokens, count, given, weights.get(e).down(), slopes, 0, false);
        tokens.items(count, (long) count * gates.width() * 16, (i, slot) -> middle(e, i, slot));
        Expert wanted = gradients.get(e);
        products.weights(run, count, given, middle, false, wanted.down(), null);
        products.weights(run, count, ups, rows, false, wanted.up(), null);
        products.weights(run, count, gates, rows, false, wanted.gate(), null);
        if (dx != null) {
            products.input(tokens, count, ups, weights.get(e).up(), back, 0, false);
            products.input(tokens, count, gates, weights.get(e).gate(), back, 0, true);
            for (int i = 0; i < count; i++) {
                long to = dx.row(router.token(e, i));
                Spans.accumulate(1, back.data(), back.row(i), dx.data(), to, dx.width());
            }
        }
    }

    private void gather(SlotBuffer from, int e, int count, SlotBuffer to) {
        long bytes = to.row(1);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(from.data(), from.row(router.token(e, i)), to.data(), to.row(i), bytes);
        }
    }

    /** One of the expert's tokens: p, w̄, ū and ḡ, and its ȳ times w. */
    private void middle(int e, int i, int slot) {
        int n = gates.width();
        float w = router.weight(e, i);
        long at = gates.row(i);
        slopes(at, w, n, slot);
        float dot = Spans.dot(slopes.data(), at, middle.data(), at, n);
        routerGradients.put(router.place(e, i), dot);
        Spans.scale(given.data(), given.row(i), w, given.data(), given.row(i), given.width());
    }

    /**
     * p ← u' ⊙ a', g ← w h ⊙ u' ⊙ SiLU'(g), u ← w h ⊙ a' with a = SiLU(g) and both within their limit, slopes 0 where they are cut; all
     * of n numbers from a byte offset on, in spans that fit a thread's scratch.
     */
    private void slopes(long begin, float w, int n, int slot) {
        MemorySegment g = gates.data();
        MemorySegment u = ups.data();
        MemorySegment p = middle.data();
        MemorySegment h = slopes.data();
        MemorySegment work = scratch.spans().data();
        long value = scratch.span(slot, 0);
        long slope = scratch.span(slot, 1);
        for (int i = 0; i < n; i += Activations.SPAN) {
            int some = Math.min(Activations.SPAN, n - i);
            long at = begin + (long) i * Float.BYTES;
            ActivationSlopes.apply(Activation.SILU, g, at, work, value, work, slope, some);
            MemorySegment.copy(work, value, p, at, (long) some * Float.BYTES);
            LimitedProduct.apply(u, at, p, at, limit, some);
            LimitedProduct.slopes(u, at, work, value, work, slope, limit, some);
            Spans.scaleTimes(h, at, w, work, slope, g, at, some);
            Spans.scaleTimes(h, at, w, work, value, u, at, some);
        }
    }
}
