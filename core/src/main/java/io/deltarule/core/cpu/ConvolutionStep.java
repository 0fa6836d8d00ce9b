package io.deltarule.core.cpu;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Causal short convolution, y_td = act( b_d + Σ_i W_di x_{t−taps+1+i, d} ), a vector of channels at a time. The first
 * tokens of a run read the sequence's last inputs of the run before.
 */
final class ConvolutionStep implements LayerStep {
    private final LayerOp.ShortConvolution op;
    private final SlotBuffer x;
    private final SlotBuffer y;
    private final Matrix weights; // [taps][width], then the bias
    private final int past; // taps − 1
    private final SlotBuffer tails; // [N · (taps − 1)][width], oldest first

    ConvolutionStep(
            LayerOp.ShortConvolution op,
            SlotBuffer x,
            Tensor weight,
            Tensor bias,
            SlotBuffer y,
            int sequences,
            Arena arena) {
        this.op = op;
        this.x = x;
        this.y = y;
        this.past = op.taps() - 1;
        this.tails = SlotBuffer.allocate(arena, sequences * past, x.width());
        this.weights = Matrix.allocate(arena, op.taps() + 1, x.width());
        for (int d = 0; d < x.width(); d++) {
            for (int i = 0; i < op.taps(); i++) {
                weights.set(i, d, weight.get((long) d * op.taps() + i));
            }
            weights.set(op.taps(), d, bias == null ? 0 : bias.get(d));
        }
    }

    @Override
    public void run(LayerRun run) {
        run.rows((8L + op.taps()) * x.width(), (from, to) -> {
            int sequence = run.sequenceOf(from);
            for (long t = from; t < to; t++) {
                while (t >= run.begin(sequence) + run.length(sequence)) {
                    sequence++;
                }
                row(t, t - run.begin(sequence), sequence);
            }
        });
        for (int sequence = 0; sequence < run.sequences(); sequence++) {
            remember(sequence, run.begin(sequence), run.length(sequence));
        }
    }

    /** One token, the {@code index}-th of its sequence in this run. */
    private void row(long token, long index, int sequence) {
        int width = x.width();
        int i = 0;
        for (; i + Lanes.COUNT <= width; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector sum = Lanes.load(weights.data(), weights.row(op.taps()) + d);
            for (int tap = 0; tap < op.taps(); tap++) {
                int back = past - tap;
                FloatVector in = back <= index
                        ? Lanes.load(x.data(), x.row(token - back) + d)
                        : Lanes.load(tails.data(), tails.row((long) sequence * past + tap + index) + d);
                sum = in.fma(Lanes.load(weights.data(), weights.row(tap) + d), sum);
            }
            Lanes.store(Activations.apply(op.activation(), sum), y.data(), y.row(token) + d);
        }
        if (i < width) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(i, width);
            FloatVector sum = Lanes.load(weights.data(), weights.row(op.taps()) + d);
            for (int tap = 0; tap < op.taps(); tap++) {
                int back = past - tap;
                FloatVector in = back <= index
                        ? Spans.load(x.data(), x.row(token - back) + d, mask)
                        : Spans.load(tails.data(), tails.row((long) sequence * past + tap + index) + d, mask);
                sum = in.fma(Lanes.load(weights.data(), weights.row(tap) + d), sum);
            }
            Spans.store(Activations.apply(op.activation(), sum), y.data(), y.row(token) + d, mask);
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
