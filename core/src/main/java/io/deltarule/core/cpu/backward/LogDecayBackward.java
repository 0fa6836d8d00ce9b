package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The log-decay of a gate backward, with r = exp(A_log), b = x + dt_bias, s its sigmoid.
 *
 * <pre>
 *   g = −r softplus(b):                x̄ = −r s(b) ḡ                   Ā_log = Σ g ḡ
 *   g = lowerBound · s(r b):           x̄ = lowerBound s (1 − s) r ḡ    Ā_log = Σ x̄ b
 * </pre>
 *
 * dt_bias gets the sum of x̄ over the tokens, A_log over its head's channels too.
 */
public final class LogDecayBackward implements BackwardStep {
    private final SlotBuffer x;
    private final SlotBuffer g;
    private final SlotBuffer dg;
    private final Tensor aLog;
    private final Tensor dtBias;
    private final int heads;
    private final float lowerBound;
    private final Gradient dx;
    private final WeightGradient dALog;
    private final WeightGradient dBias;
    private final SlotBuffer spread; // rates and biases [2][width]
    private final TokenSums sums; // of x̄, then of what A_log gets, a number per channel each
    private final int padded;
    private final SlotBuffer work; // a row per thread

    /** @param dtBias null for none */
    public LogDecayBackward(
            ElementwiseOp.LogDecay op,
            SlotBuffer x,
            SlotBuffer g,
            SlotBuffer dg,
            Tensor aLog,
            Tensor dtBias,
            Gradient dx,
            WeightGradient dALog,
            WeightGradient dBias,
            BackwardScratch scratch) {
        this.x = x;
        this.g = g;
        this.dg = dg;
        this.aLog = aLog;
        this.dtBias = dtBias;
        this.heads = op.heads();
        this.lowerBound = (float) op.lowerBound();
        this.dx = dx;
        this.dALog = dALog;
        this.dBias = dBias;
        this.padded = Lanes.padded(x.width());
        this.spread = SlotBuffer.scratch(scratch.arena(), 2, x.width());
        this.sums = new TokenSums(2 * padded, scratch.arena());
        this.work = SlotBuffer.scratch(scratch.arena(), 2 * scratch.threads(), x.width());
    }

    @Override
    public void run(BackwardRun back) {
        int width = x.width();
        for (int i = 0; i < width; i++) {
            spread.set(0, i, (float) Math.exp(aLog.get(i / (width / heads))));
            spread.set(1, i, dtBias == null ? 0 : dtBias.get(i));
        }
        sums.run(back.tokens(), 24L * width, (from, to, sumsAt, slot) -> {
            for (long t = from; t < to; t++) {
                row(x.row(t), sumsAt, slot);
            }
        });
        sums.addTo(back, dBias, 0, width);
        sums.addGroupsTo(back, dALog, padded, width, heads);
    }

    private void row(long at, long sumsAt, int slot) {
        int n = x.width();
        long rates = spread.row(0);
        long biases = spread.row(1);
        long argument = work.row(2L * slot); // b, or r b
        long sigmoid = work.row(2L * slot + 1);
        MemorySegment own = work.data();
        Spans.combine(1, x.data(), at, 1, spread.data(), biases, own, argument, n);
        if (lowerBound != 0) {
            Spans.scaleTimes(own, argument, 1, spread.data(), rates, own, argument, n);
        }
        Activations.apply(Activation.SIGMOID, own, argument, own, sigmoid, n);
        long toALog = sumsAt + (long) padded * Float.BYTES;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(i, n);
            FloatVector s = Spans.load(own, sigmoid + d, mask);
            FloatVector r = Spans.load(spread.data(), rates + d, mask);
            FloatVector given = Spans.load(dg.data(), at + d, mask);
            FloatVector base = lowerBound == 0 ? s.neg() : s.neg().fma(s, s).mul(lowerBound);
            FloatVector gradient = base.mul(r).mul(given);
            FloatVector rate = lowerBound == 0
                    ? Spans.load(g.data(), at + d, mask).mul(given)
                    : base.mul(Spans.load(own, argument + d, mask)).mul(given);
            Spans.store(Spans.load(sums.data(), sumsAt + d, mask).add(gradient), sums.data(), sumsAt + d, mask);
            Spans.store(Spans.load(sums.data(), toALog + d, mask).add(rate), sums.data(), toALog + d, mask);
            if (dx != null) {
                MemorySegment to = dx.buffer().data();
                FloatVector before = dx.add() ? Spans.load(to, at + d, mask) : FloatVector.zero(Lanes.SPECIES);
                Spans.store(before.add(gradient), to, at + d, mask);
            }
        }
    }
}
