package io.deltarule.core.cpu.channel;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;

/** The step of time Δ = min(max(softplus(x + dt_bias), least), most) and the log-decay g = −exp(A_log) · Δ. */
public final class TimeStepStep implements LayerStep {
    private final SlotBuffer x;
    private final SlotBuffer step;
    private final SlotBuffer decay;
    private final Tensor aLog;
    private final Tensor dtBias;
    private final ChannelValues rates; // −exp(A_log)
    private final ChannelValues biases;
    private final float least;
    private final float most;

    public TimeStepStep(
            ElementwiseOp.TimeStep op,
            SlotBuffer x,
            Tensor aLog,
            Tensor dtBias,
            SlotBuffer step,
            SlotBuffer decay,
            Arena arena) {
        this.x = x;
        this.step = step;
        this.decay = decay;
        this.aLog = aLog;
        this.dtBias = dtBias;
        this.rates = new ChannelValues(x.width(), arena);
        this.biases = new ChannelValues(x.width(), arena);
        this.least = (float) op.least();
        this.most = (float) op.most();
        refresh();
    }

    @Override
    public void refresh() {
        rates.set(i -> -Math.exp(aLog.get(i)));
        biases.set(dtBias::get);
    }

    @Override
    public void run(LayerRun run) {
        run.split((long) run.tokens() * x.width(), Activations.SPAN, 6, (from, to, slot) -> {
            for (long i = from; i < to; i += Activations.SPAN) {
                long begin = i * Float.BYTES;
                int n = (int) Math.min(to - i, Activations.SPAN);
                int whole = (n + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
                biased(begin, begin + (long) whole * Float.BYTES);
                Activations.apply(Activation.SOFTPLUS, decay.data(), begin, step.data(), begin, whole);
                bounded(begin, begin + (long) whole * Float.BYTES);
            }
        });
    }

    /** g ← x + dt_bias. */
    private void biased(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            FloatVector bias = Lanes.load(biases.data(), biases.column(at));
            Lanes.store(Lanes.load(x.data(), at).add(bias), decay.data(), at);
        }
    }

    /** Δ, the softplus, ← Δ within its bounds, g ← rate · Δ. */
    private void bounded(long begin, long end) {
        for (long at = begin; at < end; at += Lanes.BYTES) {
            FloatVector bounded = Lanes.load(step.data(), at).max(least).min(most);
            Lanes.store(bounded, step.data(), at);
            Lanes.store(bounded.mul(Lanes.load(rates.data(), rates.column(at))), decay.data(), at);
        }
    }
}
