package io.deltarule.core.cpu.channel;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.ElementwiseOp;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;

/**
 * The log-decay of a gate.
 *
 * <pre>
 *   b = x + dt_bias
 *   g = −exp(A_log) · (max(b, 0) + log1p(exp(−|b|)))        or        lowerBound / (1 + exp(−exp(A_log) b))
 * </pre>
 */
public final class LogDecayStep implements LayerStep {
    private final SlotBuffer x;
    private final SlotBuffer g;
    private final int heads;
    private final Tensor aLog;
    private final Tensor dtBias; // null for none
    private final ChannelValues rates; // exp(A_log)
    private final ChannelValues biases;
    private final float lowerBound;

    /** @param dtBias null for none */
    public LogDecayStep(
            ElementwiseOp.LogDecay op, SlotBuffer x, Tensor aLog, Tensor dtBias, SlotBuffer g, Arena arena) {
        this.x = x;
        this.g = g;
        this.lowerBound = (float) op.lowerBound();
        this.heads = op.heads();
        this.aLog = aLog;
        this.dtBias = dtBias;
        this.rates = new ChannelValues(x.width(), arena);
        this.biases = new ChannelValues(x.width(), arena);
        refresh();
    }

    @Override
    public void refresh() {
        rates.set(i -> Math.exp(aLog.get(i / (x.width() / heads))));
        biases.set(i -> dtBias == null ? 0 : dtBias.get(i));
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

    /** g ← −|b|, or −rate · b. */
    private void exponents(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            long column = biases.column(at);
            FloatVector b = Lanes.load(x.data(), at).add(Lanes.load(biases.data(), column));
            FloatVector exponent = lowerBound == 0 ? b.abs() : b.mul(Lanes.load(rates.data(), column));
            Lanes.store(exponent.neg(), g.data(), at);
        }
    }

    /** g, the exponential, ← −rate · (log1p(g) + max(b, 0)). */
    private void unbounded(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            long column = biases.column(at);
            FloatVector b = Lanes.load(x.data(), at).add(Lanes.load(biases.data(), column));
            FloatVector softplus =
                    Activations.logOfNext(Lanes.load(g.data(), at)).add(b.max(0));
            Lanes.store(softplus.mul(Lanes.load(rates.data(), column)).neg(), g.data(), at);
        }
    }
}
