package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The short convolution backward. What it sums before the activation is computed again.
 *
 * <pre>
 *   s_t = b + Σ_i W_i ⊙ x_{t−taps+1+i}        σ_t = act'(s_t) ⊙ ȳ_t
 *   x̄_t = Σ_i W_i ⊙ σ_{t+taps−1−i}            W̄_i += Σ_t σ_t ⊙ x_{t−taps+1+i}        b̄ += Σ_t σ_t
 * </pre>
 *
 * Inputs before the run are those that were carried in; their gradients are handed to the run before.
 */
public final class ConvolutionBackward implements BackwardStep {
    private final SequenceOp.ShortConvolution op;
    private final SlotBuffer x;
    private final SlotBuffer dy;
    private final Tensor weight;
    private final Tensor bias; // null for none
    private final Gradient dx;
    private final WeightGradient dW;
    private final WeightGradient db;
    private final int past; // taps − 1
    private final SlotBuffer weights; // [taps][width], then the bias
    private final SlotBuffer inner; // σ
    private final SlotBuffer work; // a thread's s, act(s), act'(s)
    private final TokenSums sums; // [taps + 1][padded]
    private final int padded;
    private final SlotBuffer before; // the inputs carried in [N · past][width]
    private final SlotBuffer tails; // the gradient of what was carried out, likewise
    private final SlotBuffer carried; // that of what was carried in

    /** @param bias null for none */
    public ConvolutionBackward(
            SequenceOp.ShortConvolution op,
            SlotBuffer x,
            SlotBuffer dy,
            Tensor weight,
            Tensor bias,
            Gradient dx,
            WeightGradient dW,
            WeightGradient db,
            int sequences,
            BackwardScratch scratch) {
        Arena arena = scratch.arena();
        int width = x.width();
        this.op = op;
        this.x = x;
        this.dy = dy;
        this.weight = weight;
        this.bias = bias;
        this.dx = dx;
        this.dW = dW;
        this.db = db;
        this.past = op.taps() - 1;
        this.weights = SlotBuffer.scratch(arena, op.taps() + 1, width);
        this.inner = scratch.rows("convolution", width);
        this.work = SlotBuffer.scratch(arena, 3 * scratch.threads(), width);
        this.padded = Lanes.padded(width);
        this.sums = new TokenSums((op.taps() + 1) * padded, arena);
        this.before = SlotBuffer.allocate(arena, sequences * past, width);
        this.tails = SlotBuffer.allocate(arena, sequences * past, width);
        this.carried = SlotBuffer.allocate(arena, sequences * past, width);
    }

    @Override
    public void run(BackwardRun back) {
        int width = x.width();
        for (int d = 0; d < width; d++) {
            for (int i = 0; i < op.taps(); i++) {
                weights.set(i, d, weight.get((long) d * op.taps() + i));
            }
            weights.set(op.taps(), d, bias == null ? 0 : bias.get(d));
        }
        LayerRun run = back.tokens();
        if (back.fromZero() || past == 0) {
            before.data().fill((byte) 0);
        } else {
            Tensor given = back.carried(0);
            MemorySegment.copy(given.data(), 0, before.data(), 0, given.data().byteSize());
        }
        sums.run(run, 12L * op.taps() * width, (from, to, sumsAt, slot) -> {
            int sequence = from < to ? run.sequenceOf(from) : 0;
            for (long t = from; t < to; t++) {
                while (t >= run.begin(sequence) + run.length(sequence)) {
                    sequence++;
                }
                inner(t, t - run.begin(sequence), sequence, sumsAt, slot);
            }
        });
        addWeights(back);
        if (dx != null) {
            run.rows(2L * op.taps() * width, (from, to, slot) -> {
                int sequence = run.sequenceOf(from);
                for (long t = from; t < to; t++) {
                    while (t >= run.begin(sequence) + run.length(sequence)) {
                        sequence++;
                    }
                    input(t, run.begin(sequence) + (long) run.length(sequence));
                }
            });
        }
        for (int sequence = 0; sequence < run.sequences() && past > 0; sequence++) {
            carry(back, sequence);
        }
        if (back.earlier()) {
            MemorySegment.copy(
                    carried.data(), 0, tails.data(), 0, carried.data().byteSize());
        }
    }

    private void addWeights(BackwardRun back) {
        sums.addTo(back, db, op.taps() * padded, x.width());
        MemorySegment to = back.weights();
        for (int d = 0; dW != null && d < x.width(); d++) {
            for (int i = 0; i < op.taps(); i++) {
                long at = dW.at() + ((long) d * op.taps() + i) * Float.BYTES;
                to.set(ValueLayout.JAVA_FLOAT, at, to.get(ValueLayout.JAVA_FLOAT, at) + sums.total(i * padded + d));
            }
        }
    }

    /** Where the input lies that is so many tokens back from the {@code index}-th of a sequence. */
    private long input(long token, long index, int sequence, int back) {
        return back <= index ? x.row(token - back) : before.row((long) sequence * past + past - back + index);
    }

    private MemorySegment inputs(long index, int back) {
        return (back <= index ? x : before).data();
    }

    /** σ of one token, and its share of the weights' gradients. */
    private void inner(long token, long index, int sequence, long sumsAt, int slot) {
        int width = x.width();
        MemorySegment own = work.data();
        long s = work.row(3L * slot);
        if (op.activation() == Activation.IDENTITY) {
            MemorySegment.copy(dy.data(), dy.row(token), inner.data(), inner.row(token), (long) width * Float.BYTES);
        } else {
            MemorySegment.copy(weights.data(), weights.row(op.taps()), own, s, (long) width * Float.BYTES);
            for (int tap = 0; tap <= past; tap++) {
                int back = past - tap;
                Spans.accumulateProduct(
                        inputs(index, back),
                        input(token, index, sequence, back),
                        weights.data(),
                        weights.row(tap),
                        own,
                        s,
                        width);
            }
            long slope = work.row(3L * slot + 2);
            ActivationSlopes.apply(op.activation(), own, s, own, work.row(3L * slot + 1), own, slope, width);
            Spans.scaleTimes(own, slope, 1, dy.data(), dy.row(token), inner.data(), inner.row(token), width);
        }
        for (int tap = 0; dW != null && tap <= past; tap++) {
            int back = past - tap;
            Spans.accumulateProduct(
                    inner.data(),
                    inner.row(token),
                    inputs(index, back),
                    input(token, index, sequence, back),
                    sums.data(),
                    sumsAt + (long) tap * padded * Float.BYTES,
                    width);
        }
        if (db != null) {
            long to = sumsAt + (long) op.taps() * padded * Float.BYTES;
            Spans.accumulate(1, inner.data(), inner.row(token), sums.data(), to, width);
        }
    }

    /** x̄ of one token from what the tokens after it in its sequence saw of it. */
    private void input(long token, long end) {
        SlotBuffer to = dx.buffer();
        int width = x.width();
        for (int ahead = 0; ahead <= past && token + ahead < end; ahead++) {
            long tap = weights.row(past - ahead);
            if (ahead == 0 && !dx.add()) {
                Spans.scaleTimes(
                        inner.data(), inner.row(token), 1, weights.data(), tap, to.data(), to.row(token), width);
            } else {
                Spans.accumulateProduct(
                        inner.data(), inner.row(token + ahead), weights.data(), tap, to.data(), to.row(token), width);
            }
        }
    }

    /** Takes the gradient of what a sequence carried out, and leaves that of what it carried in. */
    private void carry(BackwardRun back, int sequence) {
        LayerRun run = back.tokens();
        int width = x.width();
        int length = run.length(sequence);
        carried.data()
                .asSlice(carried.row((long) sequence * past), carried.row(past))
                .fill((byte) 0);
        for (int i = 0; back.later() && i < past; i++) {
            long given = tails.row((long) sequence * past + i);
            int from = length - past + i; // index in this run; negative: among those carried in
            if (from < 0) {
                long to = carried.row((long) sequence * past + past + from);
                Spans.accumulate(1, tails.data(), given, carried.data(), to, width);
            } else if (dx != null) {
                SlotBuffer to = dx.buffer();
                Spans.accumulate(1, tails.data(), given, to.data(), to.row(run.begin(sequence) + (long) from), width);
            }
        }
        for (int r = 0; back.earlier() && r < past; r++) { // the input so many places after the oldest
            for (int tap = Math.max(0, r - length + 1); tap <= r; tap++) {
                Spans.accumulateProduct(
                        inner.data(),
                        inner.row(run.begin(sequence) + (long) (r - tap)),
                        weights.data(),
                        weights.row(tap),
                        carried.data(),
                        carried.row((long) sequence * past + r),
                        width);
            }
        }
    }
}
