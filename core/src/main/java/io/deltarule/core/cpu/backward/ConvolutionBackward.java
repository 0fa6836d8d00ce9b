package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.NativeMemory;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

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
    private final BackwardScratch scratch;
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
        this.scratch = scratch;
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
            if (op.activation() != Activation.IDENTITY) {
                rows(run, from, to, (t, index, sequence) -> sum(t, index, sequence));
                slopes(from, to, slot);
            } else {
                MemorySegment.copy(dy.data(), dy.row(from), inner.data(), inner.row(from), dy.row(to - from));
            }
            if (dW != null || db != null) {
                rows(run, from, to, (t, index, sequence) -> weights(t, index, sequence, sumsAt));
            }
        });
        addWeights(back);
        if (dx != null) {
            run.rows(
                    2L * op.taps() * width,
                    (from, to, slot) -> rows(run, from, to, (t, index, sequence) -> {
                        input(t, run.begin(sequence) + (long) run.length(sequence));
                    }));
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

    /** A token, the {@code index}-th of its sequence in this run. */
    private interface Token {
        void run(long token, long index, int sequence);
    }

    private static void rows(LayerRun run, long from, long to, Token body) {
        int sequence = from < to ? run.sequenceOf(from) : 0;
        for (long t = from; t < to; t++) {
            while (t >= run.begin(sequence) + run.length(sequence)) {
                sequence++;
            }
            body.run(t, t - run.begin(sequence), sequence);
        }
    }

    /** The addresses of a token's inputs by tap, of this run or carried in. */
    private long[] inputs(long token, long index, int sequence) {
        long[] at = new long[op.taps()];
        for (int tap = 0; tap <= past; tap++) {
            int back = past - tap;
            at[tap] = back <= index
                    ? x.data().address() + x.row(token - back)
                    : before.data().address() + before.row((long) sequence * past + tap + index);
        }
        return at;
    }

    /** s of one token, where σ belongs. */
    private void sum(long token, long index, int sequence) {
        long[] at = inputs(token, index, sequence);
        long stride = weights.row(1);
        MemorySegment to = inner.data();
        long toAt = inner.row(token);
        long bias = weights.row(op.taps());
        int n = x.width();
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector sum = Lanes.load(weights.data(), bias + d);
            for (int tap = 0; tap < at.length; tap++) {
                sum = Lanes.load(NativeMemory.ALL, at[tap] + d).fma(Lanes.load(weights.data(), tap * stride + d), sum);
            }
            Lanes.store(sum, to, toAt + d);
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float sum = number(weights.data(), bias + d);
            for (int tap = 0; tap < at.length; tap++) {
                sum += number(NativeMemory.ALL, at[tap] + d) * number(weights.data(), tap * stride + d);
            }
            to.set(ValueLayout.JAVA_FLOAT, toAt + d, sum);
        }
    }

    private static float number(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_FLOAT, at);
    }

    /** s becomes σ in some tokens. */
    private void slopes(long from, long to, int slot) {
        MemorySegment own = scratch.spans().data();
        long value = scratch.span(slot, 0);
        long slope = scratch.span(slot, 1);
        for (long i = from * x.width(); i < to * x.width(); i += Activations.SPAN) {
            int n = (int) Math.min(Activations.SPAN, to * x.width() - i);
            long at = i * Float.BYTES;
            ActivationSlopes.apply(op.activation(), inner.data(), at, own, value, own, slope, n);
            Spans.scaleTimes(own, slope, 1, dy.data(), at, inner.data(), at, n);
        }
    }

    /** A token's share of the weights' gradients, a row for each tap and one for the bias. */
    private void weights(long token, long index, int sequence, long sumsAt) {
        long[] at = inputs(token, index, sequence);
        long stride = (long) padded * Float.BYTES;
        MemorySegment to = sums.data();
        long biasAt = sumsAt + at.length * stride;
        long row = inner.row(token);
        int n = x.width();
        boolean biased = db != null;
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector given = Lanes.load(inner.data(), row + d);
            for (int tap = 0; tap < at.length; tap++) {
                long there = sumsAt + tap * stride + d;
                FloatVector in = Lanes.load(NativeMemory.ALL, at[tap] + d);
                Lanes.store(given.fma(in, Lanes.load(to, there)), to, there);
            }
            if (biased) {
                Lanes.store(Lanes.load(to, biasAt + d).add(given), to, biasAt + d);
            }
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float given = number(inner.data(), row + d);
            for (int tap = 0; tap < at.length; tap++) {
                long there = sumsAt + tap * stride + d;
                float in = number(NativeMemory.ALL, at[tap] + d);
                to.set(ValueLayout.JAVA_FLOAT, there, number(to, there) + given * in);
            }
            to.set(ValueLayout.JAVA_FLOAT, biasAt + d, number(to, biasAt + d) + given);
        }
    }

    /** x̄ of one token from what the tokens after it in its sequence saw of it. */
    private void input(long token, long end) {
        MemorySegment to = dx.buffer().data();
        long toAt = dx.buffer().row(token);
        long row = inner.row(token);
        long width = inner.row(1);
        long stride = weights.row(1);
        int ahead = (int) Math.min(past, end - 1 - token);
        boolean add = dx.add();
        int n = x.width();
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector sum = add ? Lanes.load(to, toAt + d) : FloatVector.zero(Lanes.SPECIES);
            for (int j = 0; j <= ahead; j++) {
                FloatVector weight = Lanes.load(weights.data(), (past - j) * stride + d);
                sum = Lanes.load(inner.data(), row + j * width + d).fma(weight, sum);
            }
            Lanes.store(sum, to, toAt + d);
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float sum = add ? number(to, toAt + d) : 0;
            for (int j = 0; j <= ahead; j++) {
                sum += number(inner.data(), row + j * width + d) * number(weights.data(), (past - j) * stride + d);
            }
            to.set(ValueLayout.JAVA_FLOAT, toAt + d, sum);
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
