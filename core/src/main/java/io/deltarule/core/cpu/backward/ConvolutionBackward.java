package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.KernelRows;
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
 * Short convolutions backward, with learned taps or those of a token's own. What they sum before the activation is computed again.
 *
 * <pre>
 *   s_t = b + Σ_i W_i ⊙ x_{t−taps+1+i}        σ_t = act'(s_t) ⊙ ȳ_t
 *   x̄_t = Σ_i W_i ⊙ σ_{t+taps−1−i}            W̄_i += Σ_t σ_t ⊙ x_{t−taps+1+i}        b̄ += Σ_t σ_t
 * </pre>
 *
 * Taps κ of a token's own stand for W, W_i of token t being κ_ti, and κ̄_ti = σ_t ⊙ x_{t−taps+1+i}. Inputs before the run are those that were carried in; their gradients are handed to the run before.
 */
public final class ConvolutionBackward implements BackwardStep {
    private final SlotBuffer x;
    private final SlotBuffer dy;
    private final Kernel kernel;
    private final Activation activation;
    private final Gradient dx;
    private final int taps;
    private final int past; // taps − 1
    private final SlotBuffer rows; // of taps: [taps][padded], or that for each token
    private final SlotBuffer bias; // one row
    private final SlotBuffer inner; // σ
    private final BackwardScratch scratch;
    private final TokenSums sums; // [taps + 1][padded], of learned taps
    private final int padded;
    private final SlotBuffer before; // the inputs carried in [N · past][width]
    private final SlotBuffer tails; // the gradient of what was carried out, likewise
    private final SlotBuffer carried; // that of what was carried in

    /**
     * The taps and where their gradients go: learned ones, or a slot with those of each token.
     *
     * @param weight [width, taps], null for those of a slot
     * @param bias null for none
     * @param dW null where it is not wanted
     * @param db null where it is not wanted
     * @param own the slot, null for learned ones
     * @param dOwn null where it is not wanted
     */
    private record Kernel(
            Tensor weight, Tensor bias, WeightGradient dW, WeightGradient db, SlotBuffer own, Gradient dOwn) {}

    private ConvolutionBackward(
            SlotBuffer x,
            SlotBuffer dy,
            Kernel kernel,
            int taps,
            Activation activation,
            Gradient dx,
            int sequences,
            BackwardScratch scratch) {
        Arena arena = scratch.arena();
        int width = x.width();
        this.x = x;
        this.dy = dy;
        this.kernel = kernel;
        this.taps = taps;
        this.activation = activation;
        this.dx = dx;
        this.past = taps - 1;
        this.padded = Lanes.padded(width);
        this.rows = kernel.own() == null
                ? SlotBuffer.allocate(arena, taps, padded)
                : scratch.rows("taps of tokens", taps * padded);
        this.bias = SlotBuffer.scratch(arena, 1, width);
        this.inner = scratch.rows("convolution", width);
        this.scratch = scratch;
        this.sums = new TokenSums(kernel.own() == null ? (taps + 1) * padded : 1, arena);
        this.before = SlotBuffer.allocate(arena, sequences * past, width);
        this.tails = SlotBuffer.allocate(arena, sequences * past, width);
        this.carried = SlotBuffer.allocate(arena, sequences * past, width);
    }

    /**
     * With learned taps.
     *
     * @param bias null for none
     */
    public static ConvolutionBackward of(
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
        Kernel kernel = new Kernel(weight, bias, dW, db, null, null);
        return new ConvolutionBackward(x, dy, kernel, op.taps(), op.activation(), dx, sequences, scratch);
    }

    /** With taps of a token's own. */
    public static ConvolutionBackward of(
            SequenceOp.DynamicConvolution op,
            SlotBuffer x,
            SlotBuffer kernels,
            SlotBuffer dy,
            Gradient dx,
            Gradient dKernels,
            int sequences,
            BackwardScratch scratch) {
        Kernel kernel = new Kernel(null, null, null, null, kernels, dKernels);
        return new ConvolutionBackward(x, dy, kernel, op.taps(), op.activation(), dx, sequences, scratch);
    }

    @Override
    public void run(BackwardRun back) {
        int width = x.width();
        if (kernel.own() == null) {
            KernelRows.copy(kernel.weight().data(), 0, taps, width, rows.data(), 0, stride());
        }
        for (int d = 0; d < width && kernel.bias() != null; d++) {
            bias.set(0, d, kernel.bias().get(d));
        }
        LayerRun run = back.tokens();
        if (back.fromZero() || past == 0) {
            before.data().fill((byte) 0);
        } else {
            Tensor given = back.carried(0);
            MemorySegment.copy(given.data(), 0, before.data(), 0, given.data().byteSize());
        }
        sums.run(run, 12L * taps * width, (from, to, sumsAt, slot) -> {
            for (long t = from; t < to && kernel.own() != null; t++) {
                KernelRows.copy(
                        kernel.own().data(), kernel.own().row(t), taps, width, rows.data(), rows.row(t), stride());
            }
            if (activation != Activation.IDENTITY) {
                rows(run, from, to, (t, index, sequence) -> sum(t, index, sequence));
                slopes(from, to, slot);
            } else {
                MemorySegment.copy(dy.data(), dy.row(from), inner.data(), inner.row(from), dy.row(to - from));
            }
            if (kernel.dW() != null || kernel.db() != null) {
                rows(run, from, to, (t, index, sequence) -> weights(t, index, sequence, sumsAt));
            }
            if (kernel.dOwn() != null) {
                rows(run, from, to, this::own);
            }
        });
        addWeights(back);
        if (dx != null) {
            run.rows(
                    2L * taps * width,
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

    /** Byte offset of a tap's row, the oldest tap being 0. */
    private long tap(long token, int tap) {
        return (kernel.own() == null ? 0 : rows.row(token)) + tap * stride();
    }

    private long stride() {
        return (long) padded * Float.BYTES;
    }

    private void addWeights(BackwardRun back) {
        sums.addTo(back, kernel.db(), taps * padded, x.width());
        MemorySegment to = back.weights();
        for (int d = 0; kernel.dW() != null && d < x.width(); d++) {
            for (int i = 0; i < taps; i++) {
                long at = kernel.dW().at() + ((long) d * taps + i) * Float.BYTES;
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
        long[] at = new long[taps];
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
        long first = tap(token, 0);
        long stride = stride();
        MemorySegment to = inner.data();
        long toAt = inner.row(token);
        int n = x.width();
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector sum = Lanes.load(bias.data(), d);
            for (int tap = 0; tap < at.length; tap++) {
                sum = Lanes.load(NativeMemory.ALL, at[tap] + d)
                        .fma(Lanes.load(rows.data(), first + tap * stride + d), sum);
            }
            Lanes.store(sum, to, toAt + d);
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float sum = number(bias.data(), d);
            for (int tap = 0; tap < at.length; tap++) {
                sum += number(NativeMemory.ALL, at[tap] + d) * number(rows.data(), first + tap * stride + d);
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
            ActivationSlopes.apply(activation, inner.data(), at, own, value, own, slope, n);
            Spans.scaleTimes(own, slope, 1, dy.data(), at, inner.data(), at, n);
        }
    }

    /** A token's share of the weights' gradients, a row for each tap and one for the bias. */
    private void weights(long token, long index, int sequence, long sumsAt) {
        long[] at = inputs(token, index, sequence);
        long stride = stride();
        MemorySegment to = sums.data();
        long biasAt = sumsAt + at.length * stride;
        long row = inner.row(token);
        int n = x.width();
        boolean biased = kernel.db() != null;
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

    /** κ̄ of one token. */
    private void own(long token, long index, int sequence) {
        long[] at = inputs(token, index, sequence);
        MemorySegment to = kernel.dOwn().buffer().data();
        boolean add = kernel.dOwn().add();
        long toAt = kernel.dOwn().buffer().row(token);
        long row = inner.row(token);
        for (int i = 0; i < x.width(); i++) {
            long d = (long) i * Float.BYTES;
            float given = number(inner.data(), row + d);
            for (int tap = 0; tap < at.length; tap++) {
                long there = toAt + d * at.length + (long) tap * Float.BYTES;
                float before = add ? number(to, there) : 0;
                to.set(ValueLayout.JAVA_FLOAT, there, before + given * number(NativeMemory.ALL, at[tap] + d));
            }
        }
    }

    /** x̄ of one token from what the tokens after it in its sequence saw of it. */
    private void input(long token, long end) {
        MemorySegment to = dx.buffer().data();
        long toAt = dx.buffer().row(token);
        long row = inner.row(token);
        long width = inner.row(1);
        long latest = tap(token, past);
        long next =
                tap(token + 1, past - 1) - latest; // from a token's tap to the one that the next has for the same input
        int ahead = (int) Math.min(past, end - 1 - token);
        boolean add = dx.add();
        int n = x.width();
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector sum = add ? Lanes.load(to, toAt + d) : FloatVector.zero(Lanes.SPECIES);
            for (int j = 0; j <= ahead; j++) {
                FloatVector weight = Lanes.load(rows.data(), latest + j * next + d);
                sum = Lanes.load(inner.data(), row + j * width + d).fma(weight, sum);
            }
            Lanes.store(sum, to, toAt + d);
        }
        for (; i < n; i++) {
            long d = (long) i * Float.BYTES;
            float sum = add ? number(to, toAt + d) : 0;
            for (int j = 0; j <= ahead; j++) {
                sum += number(inner.data(), row + j * width + d) * number(rows.data(), latest + j * next + d);
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
                        rows.data(),
                        tap(run.begin(sequence) + (long) (r - tap), tap),
                        carried.data(),
                        carried.row((long) sequence * past + r),
                        width);
            }
        }
    }
}
