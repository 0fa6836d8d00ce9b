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
import jdk.incubator.vector.VectorOperators;

/**
 * The step of time and its log-decay backward, with r = −exp(A_log), b = x + dt_bias, s its sigmoid.
 *
 * <pre>
 *   h = Δ̄ + r ḡ        x̄ = s(b) h where Δ is between its bounds, else 0        Ā_log = Σ r Δ ḡ
 * </pre>
 *
 * dt_bias gets the sum of x̄ over the tokens.
 */
public final class TimeStepBackward implements BackwardStep {
    private final SlotBuffer x;
    private final SlotBuffer step;
    private final Given given;
    private final Tensor aLog;
    private final Tensor dtBias;
    private final float least;
    private final float most;
    private final Gradient dx;
    private final WeightGradient dALog;
    private final WeightGradient dBias;
    private final SlotBuffer spread; // rates and biases [2][width]
    private final TokenSums sums; // of x̄, then of what A_log gets, a number per head each
    private final int padded;
    private final SlotBuffer work; // rows of a thread: b, its sigmoid

    /**
     * The gradients of what the operation wrote.
     *
     * @param step Δ̄, null where nobody has it
     * @param decay ḡ, likewise
     */
    public record Given(SlotBuffer step, SlotBuffer decay) {}

    public TimeStepBackward(
            ElementwiseOp.TimeStep op,
            SlotBuffer x,
            SlotBuffer step,
            Given given,
            Tensor aLog,
            Tensor dtBias,
            Gradient dx,
            WeightGradient dALog,
            WeightGradient dBias,
            BackwardScratch scratch) {
        this.x = x;
        this.step = step;
        this.given = given;
        this.aLog = aLog;
        this.dtBias = dtBias;
        this.least = (float) op.least();
        this.most = (float) op.most();
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
            spread.set(0, i, (float) -Math.exp(aLog.get(i)));
            spread.set(1, i, dtBias.get(i));
        }
        sums.run(back.tokens(), 24L * width, (from, to, sumsAt, slot) -> {
            for (long t = from; t < to; t++) {
                row(x.row(t), sumsAt, slot);
            }
        });
        sums.addTo(back, dBias, 0, width);
        sums.addTo(back, dALog, padded, width);
    }

    private void row(long at, long sumsAt, int slot) {
        int n = x.width();
        long rates = spread.row(0);
        long argument = work.row(2L * slot);
        long sigmoid = work.row(2L * slot + 1);
        long toALog = sumsAt + (long) padded * Float.BYTES;
        MemorySegment own = work.data();
        Spans.combine(1, x.data(), at, 1, spread.data(), spread.row(1), own, argument, n);
        Activations.apply(Activation.SIGMOID, own, argument, own, sigmoid, n);
        for (int i = 0; i < n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(i, n);
            FloatVector zero = FloatVector.zero(Lanes.SPECIES);
            FloatVector made = Spans.load(step.data(), at + d, mask);
            FloatVector byDecay = zero;
            if (given.decay() != null) {
                byDecay = Spans.load(spread.data(), rates + d, mask)
                        .mul(Spans.load(given.decay().data(), at + d, mask));
            }
            FloatVector all = given.step() == null
                    ? byDecay
                    : byDecay.add(Spans.load(given.step().data(), at + d, mask));
            VectorMask<Float> inside =
                    made.compare(VectorOperators.GT, least).and(made.compare(VectorOperators.LT, most));
            FloatVector gradient = zero.blend(all.mul(Spans.load(own, sigmoid + d, mask)), inside);
            Spans.store(Spans.load(sums.data(), sumsAt + d, mask).add(gradient), sums.data(), sumsAt + d, mask);
            Spans.store(made.fma(byDecay, Spans.load(sums.data(), toALog + d, mask)), sums.data(), toALog + d, mask);
            if (dx != null) {
                MemorySegment to = dx.buffer().data();
                FloatVector before = dx.add() ? Spans.load(to, at + d, mask) : zero;
                Spans.store(before.add(gradient), to, at + d, mask);
            }
        }
    }
}
