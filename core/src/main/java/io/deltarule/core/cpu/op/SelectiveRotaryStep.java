package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.PositionOp;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Selective RoPE: Φ_t = Φ_{t-1} + φ_t, pairs turned by τ Φ. The sum is kept in float64, for it grows with the context
 * while a turn needs its fraction; after a run it is rounded to what {@link #save} can hold, so that loading it goes on
 * with the same numbers.
 */
public final class SelectiveRotaryStep implements LayerStep {
    private final PositionOp.SelectiveRotary op;
    private final SlotBuffer x;
    private final SlotBuffer phi;
    private final SlotBuffer y;
    private final Tensor given; // τ, null for ones
    private final double[] temperature;
    private final double[] sums; // [N][heads · half]
    private final int half;
    private final SlotBuffer table; // [tokens][heads][cosines, sines]

    public SelectiveRotaryStep(
            PositionOp.SelectiveRotary op,
            SlotBuffer x,
            SlotBuffer phi,
            Tensor temperature,
            SlotBuffer y,
            int sequences,
            int maxTokens,
            Arena arena) {
        this.op = op;
        this.x = x;
        this.phi = phi;
        this.y = y;
        this.half = op.rotary() / 2;
        this.given = temperature;
        this.temperature = new double[phi.width()];
        this.sums = new double[sequences * phi.width()];
        this.table = SlotBuffer.allocate(arena, maxTokens, 2 * phi.width());
        refresh();
    }

    @Override
    public void refresh() {
        Arrays.setAll(temperature, i -> given == null ? 1 : given.get(i));
    }

    @Override
    public void run(LayerRun run) {
        int heads = x.width() / op.head();
        long operations = run.tokens() * (2L * x.width() + 20L * phi.width());
        run.items(run.sequences() * heads, operations, (item, slot) -> head(run, item / heads, item % heads));
    }

    private void head(LayerRun run, int sequence, int head) {
        int first = sequence * phi.width() + head * half;
        for (int t = run.begin(sequence); t < run.begin(sequence) + run.length(sequence); t++) {
            long cosines = table.offset(t, 2L * head * half);
            long sines = cosines + (long) half * Float.BYTES;
            for (int i = 0; i < half; i++) {
                int pair = head * half + i;
                sums[first + i] += phi.data().get(ValueLayout.JAVA_FLOAT, phi.offset(t, pair));
                long d = (long) i * Float.BYTES;
                Rotation.cosineSine(temperature[pair] * sums[first + i], table.data(), cosines + d, sines + d);
            }
            Rotation.turn(x, y, x.offset(t, (long) head * op.head()), op.head(), half, table.data(), cosines, sines);
        }
        for (int i = 0; i < half; i++) {
            double sum = sums[first + i];
            sums[first + i] = (double) high(sum) + low(sum);
        }
    }

    private static float high(double sum) {
        return (float) sum;
    }

    private static float low(double sum) {
        return (float) (sum - (float) sum);
    }

    @Override
    public void reset() {
        Arrays.fill(sums, 0);
    }

    @Override
    public void save(Iterator<Tensor> to, int[] positions) {
        Tensor state = to.next();
        for (int i = 0; i < sums.length; i++) {
            state.set(place(i), high(sums[i]));
            state.set(place(i) + phi.width(), low(sums[i]));
        }
    }

    @Override
    public void load(Iterator<Tensor> from, int[] positions) {
        Tensor state = from.next();
        for (int i = 0; i < sums.length; i++) {
            sums[i] = (double) state.get(place(i)) + state.get(place(i) + phi.width());
        }
    }

    /** Where the high part lies in a tensor [N, 2, width]. */
    private long place(int i) {
        return (long) i / phi.width() * 2 * phi.width() + i % phi.width();
    }
}
