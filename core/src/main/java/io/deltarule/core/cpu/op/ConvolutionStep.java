package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.SequenceOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;

/**
 * Causal short convolutions, y_td = act( b_d + Σ_i W_di x_{t−taps+1+i, d} ), with learned taps W or those of a token's own. The first
 * tokens of a run read the sequence's last inputs of the run before.
 */
public final class ConvolutionStep implements LayerStep {
    private final SlotBuffer x;
    private final SlotBuffer y;
    private final Taps taps;
    private final Activation activation;
    private final Tensor given; // the bias, null for none
    private final SlotBuffer bias; // one row
    private final SlotBuffer sums; // a row per thread
    private final int past; // taps − 1
    private final SlotBuffer tails; // [N · (taps − 1)][width], oldest first

    private ConvolutionStep(
            SlotBuffer x,
            Taps taps,
            int count,
            Activation activation,
            Tensor bias,
            SlotBuffer y,
            int sequences,
            int threads,
            Arena arena) {
        this.x = x;
        this.y = y;
        this.taps = taps;
        this.activation = activation;
        this.past = count - 1;
        this.given = bias;
        this.bias = SlotBuffer.scratch(arena, 1, x.width());
        this.sums = SlotBuffer.scratch(arena, threads, x.width());
        this.tails = SlotBuffer.allocate(arena, sequences * past, x.width());
        refresh();
    }

    /**
     * With learned taps.
     *
     * @param bias null for none
     */
    public static ConvolutionStep of(
            SequenceOp.ShortConvolution op,
            SlotBuffer x,
            Tensor weight,
            Tensor bias,
            SlotBuffer y,
            int sequences,
            int threads,
            Arena arena) {
        Taps taps = Taps.learned(weight, op.taps(), x.width(), arena);
        return new ConvolutionStep(x, taps, op.taps(), op.activation(), bias, y, sequences, threads, arena);
    }

    /** With taps of a token's own. */
    public static ConvolutionStep of(
            SequenceOp.DynamicConvolution op,
            SlotBuffer x,
            SlotBuffer kernels,
            SlotBuffer y,
            int sequences,
            int threads,
            Arena arena) {
        Taps taps = Taps.ofTokens(kernels, op.taps(), x.width(), threads, arena);
        return new ConvolutionStep(x, taps, op.taps(), op.activation(), null, y, sequences, threads, arena);
    }

    @Override
    public void refresh() {
        taps.refresh();
        for (int d = 0; d < x.width() && given != null; d++) {
            bias.set(0, d, given.get(d));
        }
    }

    @Override
    public void run(LayerRun run) {
        run.rows((5L + past) * x.width(), (from, to, slot) -> {
            int sequence = run.sequenceOf(from);
            for (long t = from; t < to; t++) {
                while (t >= run.begin(sequence) + run.length(sequence)) {
                    sequence++;
                }
                sums(t, t - run.begin(sequence), sequence, slot);
                Activations.apply(activation, sums.data(), sums.row(slot), y.data(), y.row(t), x.width());
            }
        });
        for (int sequence = 0; sequence < run.sequences(); sequence++) {
            remember(sequence, run.begin(sequence), run.length(sequence));
        }
    }

    /** One token, the {@code index}-th of its sequence in this run, before the activation. */
    private void sums(long token, long index, int sequence, int slot) {
        int width = x.width();
        long first = taps.at(token, slot);
        long own = first + past * taps.stride();
        Spans.scaleTimes(taps.data(), own, 1, x.data(), x.row(token), sums.data(), sums.row(slot), width);
        for (int tap = 0; tap < past; tap++) {
            int back = past - tap;
            boolean here = back <= index;
            Spans.accumulateProduct(
                    (here ? x : tails).data(),
                    here ? x.row(token - back) : tails.row((long) sequence * past + tap + index),
                    taps.data(),
                    first + tap * taps.stride(),
                    sums.data(),
                    sums.row(slot),
                    width);
        }
        if (given != null) {
            Spans.combine(1, bias.data(), 0, 1, sums.data(), sums.row(slot), sums.data(), sums.row(slot), width);
        }
    }

    /** Keeps a sequence's last taps − 1 inputs, from this run where it is long enough. */
    private void remember(int sequence, long begin, int length) {
        long bytes = (long) x.width() * Float.BYTES;
        for (int i = 0; i < past && length > 0; i++) {
            long to = tails.row((long) sequence * past + i);
            int from = length - past + i; // index in this run; negative: among the old ones
            if (from < 0) {
                MemorySegment.copy(
                        tails.data(), tails.row((long) sequence * past + past + from), tails.data(), to, bytes);
            } else {
                MemorySegment.copy(x.data(), x.row(begin + from), tails.data(), to, bytes);
            }
        }
    }

    @Override
    public void reset() {
        tails.data().fill((byte) 0);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        if (past > 0) {
            Tensor state = to.next();
            MemorySegment.copy(tails.data(), 0, state.data(), 0, state.data().byteSize());
        }
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        if (past > 0) {
            Tensor state = from.next();
            MemorySegment.copy(state.data(), 0, tails.data(), 0, state.data().byteSize());
        }
    }
}
