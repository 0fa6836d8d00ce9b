package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.Rotation;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.PositionOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Selective RoPE backward: gradients are turned back, and what the angles get is summed over all tokens from theirs on.
 *
 * <pre>
 *   a_ti = x'_ti ȳ_t(i+half) − x'_t(i+half) ȳ_ti        x' = y
 *   φ̄_t = Σ_{t' ≥ t} τ a_t'                             τ̄ = Σ_t a_t Φ_t
 * </pre>
 */
public final class SelectiveRotaryBackward implements BackwardStep {
    private final PositionOp.SelectiveRotary op;
    private final SlotBuffer phi;
    private final SlotBuffer y;
    private final SlotBuffer dy;
    private final Tensor temperature; // null for ones
    private final SlotBuffer dx; // null where it is not wanted
    private final Gradient dPhi;
    private final WeightGradient dTemperature;
    private final int half;
    private final SlotBuffer table; // [tokens][heads][cosines, sines backward]
    private final SlotBuffer sums; // Φ
    private final double[] carried; // gradient of the sums at the end, then of those at the beginning [N][heads · half]
    private final double[] rates; // τ̄ [N][heads · half]
    private final double[] work; // Φ [N][heads · half]

    /** @param dx overwritten, null where it is not wanted */
    public SelectiveRotaryBackward(
            PositionOp.SelectiveRotary op,
            SlotBuffer phi,
            SlotBuffer y,
            SlotBuffer dy,
            Tensor temperature,
            SlotBuffer dx,
            Gradient dPhi,
            WeightGradient dTemperature,
            int sequences,
            BackwardScratch scratch) {
        this.op = op;
        this.phi = phi;
        this.y = y;
        this.dy = dy;
        this.temperature = temperature;
        this.dx = dx;
        this.dPhi = dPhi;
        this.dTemperature = dTemperature;
        this.half = op.rotary() / 2;
        this.table = scratch.rows("rotation", 2 * phi.width());
        this.sums = scratch.rows("angles", phi.width());
        this.carried = new double[sequences * phi.width()];
        this.rates = new double[sequences * phi.width()];
        this.work = new double[sequences * phi.width()];
    }

    @Override
    public void run(BackwardRun back) {
        LayerRun run = back.tokens();
        int heads = dy.width() / op.head();
        long operations = run.tokens() * (2L * dy.width() + 30L * phi.width());
        run.items(run.sequences() * heads, operations, (item, slot) -> head(back, item / heads, item % heads));
        for (int i = 0; dTemperature != null && i < phi.width(); i++) {
            double sum = 0;
            for (int n = 0; n < run.sequences(); n++) {
                sum += rates[n * phi.width() + i];
            }
            long at = dTemperature.at() + (long) i * Float.BYTES;
            MemorySegment to = back.weights();
            to.set(ValueLayout.JAVA_FLOAT, at, to.get(ValueLayout.JAVA_FLOAT, at) + (float) sum);
        }
    }

    private void head(BackwardRun back, int sequence, int head) {
        LayerRun run = back.tokens();
        int first = sequence * phi.width() + head * half;
        int begin = run.begin(sequence);
        int end = begin + run.length(sequence);
        for (int i = 0; i < half; i++) {
            work[first + i] = back.fromZero() ? 0 : before(back.carried(0), sequence, head * half + i);
            rates[first + i] = 0;
            carried[first + i] = back.later() ? carried[first + i] : 0;
        }
        for (int t = begin; t < end; t++) {
            long cosines = table.offset(t, 2L * head * half);
            long sines = cosines + (long) half * Float.BYTES;
            for (int i = 0; i < half; i++) {
                int pair = head * half + i;
                work[first + i] += phi.get(t, pair);
                sums.set(t, pair, (float) work[first + i]);
                long d = (long) i * Float.BYTES;
                Rotation.cosineSine(-rate(pair) * work[first + i], table.data(), cosines + d, sines + d);
            }
            if (dx != null) {
                long at = dy.offset(t, (long) head * op.head());
                Rotation.turn(dy, dx, at, op.head(), half, table.data(), cosines, sines);
            }
        }
        for (int t = end - 1; t >= begin; t--) {
            for (int i = 0; i < half; i++) {
                int pair = head * half + i;
                long low = (long) head * op.head() + i;
                long high = low + half;
                double angle = (double) y.get(t, low) * dy.get(t, high) - (double) y.get(t, high) * dy.get(t, low);
                rates[first + i] += angle * sums.get(t, pair);
                carried[first + i] += rate(pair) * angle;
                if (dPhi != null) {
                    SlotBuffer to = dPhi.buffer();
                    float gradient = (float) carried[first + i];
                    to.set(t, pair, dPhi.add() ? to.get(t, pair) + gradient : gradient);
                }
            }
        }
    }

    private double rate(int pair) {
        return temperature == null ? 1 : temperature.get(pair);
    }

    /** The sum that was carried in: its high part and what that lacks, in a tensor [N, 2, width]. */
    private double before(Tensor state, int sequence, int pair) {
        long at = (long) sequence * 2 * phi.width() + pair;
        return (double) state.get(at) + state.get(at + phi.width());
    }
}
