package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.layer.ElementwiseOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The log-decay of a gate, over all rows as one run of numbers.
 *
 * <pre>
 *   b = x + dt_bias
 *   g = −exp(A_log) · (max(b, 0) + log1p(exp(−|b|)))        or        lowerBound / (1 + exp(−exp(A_log) b))
 * </pre>
 *
 * Rates exp(A_log) and biases are spread over the channels once, and on past the row's end from its beginning, so that a
 * vector may begin anywhere in a row of any width.
 */
public final class LogDecayStep implements LayerStep {
    private final SlotBuffer x;
    private final SlotBuffer g;
    private final int heads;
    private final Tensor aLog;
    private final Tensor dtBias; // null for none
    private final SlotBuffer spread; // [2][width + lanes]
    private final MemorySegment rates; // [width + lanes]
    private final MemorySegment biases;
    private final float lowerBound;

    public LogDecayStep(
            ElementwiseOp.LogDecay op, SlotBuffer x, Tensor aLog, Tensor dtBias, SlotBuffer g, Arena arena) {
        this.x = x;
        this.g = g;
        this.lowerBound = (float) op.lowerBound();
        this.heads = op.heads();
        this.aLog = aLog;
        this.dtBias = dtBias;
        this.spread = SlotBuffer.scratch(arena, 2, x.width() + Lanes.COUNT);
        this.rates = spread.from(spread.row(0));
        this.biases = spread.from(spread.row(1));
        refresh();
    }

    @Override
    public void refresh() {
        int width = x.width();
        for (int i = 0; i < width + Lanes.COUNT; i++) {
            spread.set(0, i, (float) Math.exp(aLog.get(i % width / (width / heads))));
            spread.set(1, i, dtBias == null ? 0 : dtBias.get(i % width));
        }
    }

    @Override
    public void run(LayerRun run) {
        run.split((long) run.tokens() * x.width(), Activations.SPAN, 6, (from, to, slot) -> {
            for (long i = from; i < to; i += Activations.SPAN) {
                long begin = i * Float.BYTES;
                long count = Math.min(to - i, Activations.SPAN) * Float.BYTES;
                long whole = (count + Lanes.BYTES - 1) / Lanes.BYTES * Lanes.BYTES;
                exponents(begin, begin + whole);
                Exponential.apply(1, g.data(), begin, g.data(), begin, whole);
                if (lowerBound == 0) {
                    unbounded(begin, begin + whole);
                } else {
                    Activations.reciprocalOfNext(lowerBound, g.data(), begin, whole);
                }
            }
        });
    }

    /** Where in a row the number at a byte offset lies, in bytes. */
    private long column(long at) {
        return at % ((long) x.width() * Float.BYTES);
    }

    /** g ← −|b|, or −rate · b. */
    private void exponents(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            long column = column(at);
            FloatVector b = Lanes.load(x.data(), at).add(Lanes.load(biases, column));
            FloatVector exponent = lowerBound == 0 ? b.abs() : b.mul(Lanes.load(rates, column));
            Lanes.store(exponent.neg(), g.data(), at);
        }
    }

    /** g, the exponential, ← −rate · (log1p(g) + max(b, 0)). */
    private void unbounded(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            long column = column(at);
            FloatVector b = Lanes.load(x.data(), at).add(Lanes.load(biases, column));
            FloatVector softplus =
                    Activations.logOfNext(Lanes.load(g.data(), at)).add(b.max(0));
            Lanes.store(softplus.mul(Lanes.load(rates, column)).neg(), g.data(), at);
        }
    }
}
