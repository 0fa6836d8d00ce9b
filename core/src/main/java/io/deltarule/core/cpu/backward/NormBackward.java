package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.NormStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.NormOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Norms backward, group by group. */
public final class NormBackward {
    private NormBackward() {}

    /** y = i x, i = 1 / √(Σ x² + eps): x̄ = i (ȳ − i² x Σ ȳ x). */
    public static BackwardStep l2(SlotBuffer x, SlotBuffer dy, Gradient dx, int group, double eps) {
        return groups(x, group, at -> {
            double inverse = 1 / Math.sqrt(Spans.squares(x.data(), at, group) + eps);
            double dot = Spans.dot(dy.data(), at, x.data(), at, group);
            combine(inverse, dy.data(), at, -dot * inverse * inverse * inverse, x, at, dx, group);
        });
    }

    /** y = x / s, s = Σ x: x̄ = (ȳ − Σ ȳ x / s) / s. */
    public static BackwardStep sum(SlotBuffer x, SlotBuffer dy, Gradient dx, int group) {
        return groups(x, group, at -> {
            double sum = 0;
            double dot = 0;
            for (int j = 0; j < group; j++) {
                long d = at + (long) j * Float.BYTES;
                double number = x.data().get(ValueLayout.JAVA_FLOAT, d);
                sum += number;
                dot += number * dy.data().get(ValueLayout.JAVA_FLOAT, d);
            }
            float inverse = (float) (1 / sum);
            float minus = (float) (-dot / sum / sum);
            MemorySegment to = dx.buffer().data();
            for (int j = 0; j < group; j++) {
                long d = at + (long) j * Float.BYTES;
                float gradient = dy.data().get(ValueLayout.JAVA_FLOAT, d) * inverse + minus;
                to.set(ValueLayout.JAVA_FLOAT, d, dx.add() ? to.get(ValueLayout.JAVA_FLOAT, d) + gradient : gradient);
            }
        });
    }

    /** One group, from a byte offset on. */
    private interface Group {
        void run(long at);
    }

    private static BackwardStep groups(SlotBuffer x, int group, Group body) {
        int groups = x.width() / group;
        return back -> back.tokens().rows(6L * x.width(), (from, to, slot) -> {
            for (long i = from * groups; i < to * groups; i++) {
                body.run(i * group * Float.BYTES);
            }
        });
    }

    /** x̄ ← p h + r x, or added to it. */
    private static void combine(
            double p, MemorySegment h, long hAt, double r, SlotBuffer x, long at, Gradient dx, int n) {
        MemorySegment to = dx.buffer().data();
        if (!dx.add()) {
            Spans.combine((float) p, h, hAt, (float) r, x.data(), at, to, at, n);
            return;
        }
        FloatVector f = FloatVector.broadcast(Lanes.SPECIES, (float) p);
        FloatVector g = FloatVector.broadcast(Lanes.SPECIES, (float) r);
        int i = 0;
        for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
            long d = (long) i * Float.BYTES;
            FloatVector sum = Lanes.load(x.data(), at + d).fma(g, Lanes.load(to, at + d));
            Lanes.store(Lanes.load(h, hAt + d).fma(f, sum), to, at + d);
        }
        if (i < n) {
            long d = (long) i * Float.BYTES;
            VectorMask<Float> mask = Spans.tail(i, n);
            FloatVector sum = Spans.load(x.data(), at + d, mask).fma(g, Spans.load(to, at + d, mask));
            Spans.store(Spans.load(h, hAt + d, mask).fma(f, sum), to, at + d, mask);
        }
    }

    /**
     * y = act(z) ⊙ w' ⊙ x̂, x̂ = m x, m = 1 / √(mean x² + eps).
     *
     * <pre>
     *   h = act(z) ⊙ w' ⊙ ȳ        x̄ = m (h − x̂ mean(h x̂))        z̄ = act'(z) ⊙ w' ⊙ x̂ ⊙ ȳ        w̄' += act(z) ⊙ x̂ ⊙ ȳ
     * </pre>
     *
     * @param z null for no gate
     * @param stored w
     */
    public static BackwardStep rms(
            NormOp.RmsNorm op,
            SlotBuffer x,
            SlotBuffer z,
            Tensor stored,
            SlotBuffer dy,
            Gradient dx,
            Gradient dz,
            WeightGradient dw,
            BackwardScratch scratch) {
        return new Rms(op, x, z, stored, dy, dx, dz, dw, scratch);
    }

    private static final class Rms implements BackwardStep {
        private final NormOp.RmsNorm op;
        private final SlotBuffer x;
        private final SlotBuffer z;
        private final Tensor stored;
        private final SlotBuffer weight; // w'
        private final SlotBuffer dy;
        private final Gradient dx;
        private final Gradient dz;
        private final WeightGradient dw;
        private final TokenSums sums;
        private final SlotBuffer work; // a thread's act(z) or act'(z), and h

        Rms(
                NormOp.RmsNorm op,
                SlotBuffer x,
                SlotBuffer z,
                Tensor stored,
                SlotBuffer dy,
                Gradient dx,
                Gradient dz,
                WeightGradient dw,
                BackwardScratch scratch) {
            Arena arena = scratch.arena();
            this.op = op;
            this.x = x;
            this.z = z;
            this.stored = stored;
            this.weight = SlotBuffer.scratch(arena, 1, op.group());
            this.dy = dy;
            this.dx = dx;
            this.dz = dz;
            this.dw = dw;
            this.sums = new TokenSums(op.group(), arena);
            this.work = SlotBuffer.scratch(arena, 3 * scratch.threads(), op.group());
        }

        @Override
        public void run(BackwardRun back) {
            NormStep.weight(op, stored, weight);
            LayerRun run = back.tokens();
            int groups = x.width() / op.group();
            sums.run(run, (z == null ? 8L : 16L) * x.width(), (from, to, sumsAt, slot) -> {
                for (long i = from * groups; i < to * groups; i++) {
                    group(i * op.group() * Float.BYTES, sumsAt, slot);
                }
            });
            sums.addTo(back, dw, 0, op.group());
        }

        private void group(long at, long sumsAt, int slot) {
            int n = op.group();
            MemorySegment scratch = work.data();
            double mean = (double) Spans.squares(x.data(), at, n) / n;
            double inverse = 1 / Math.sqrt(mean + op.eps());
            float m = (float) inverse;
            long gated = work.row(3L * slot); // act(z) ⊙ ȳ
            long slope = work.row(3L * slot + 1);
            long h = work.row(3L * slot + 2);
            MemorySegment given = dy.data();
            long givenAt = at;
            if (z != null) {
                ActivationSlopes.apply(op.activation(), z.data(), at, scratch, gated, scratch, slope, n);
                if (dz != null) {
                    Spans.scaleTimes(x.data(), at, m, weight.data(), 0, scratch, h, n);
                    Spans.scaleTimes(scratch, h, 1, scratch, slope, scratch, slope, n);
                    MemorySegment to = dz.buffer().data();
                    if (dz.add()) {
                        Spans.accumulateProduct(scratch, slope, dy.data(), at, to, at, n);
                    } else {
                        Spans.scaleTimes(scratch, slope, 1, dy.data(), at, to, at, n);
                    }
                }
                Spans.scaleTimes(scratch, gated, 1, dy.data(), at, scratch, gated, n);
                given = scratch;
                givenAt = gated;
            }
            if (dw != null) {
                Spans.scale(x.data(), at, m, scratch, h, n);
                Spans.accumulateProduct(given, givenAt, scratch, h, sums.data(), sumsAt, n);
            }
            if (dx != null) {
                Spans.scaleTimes(given, givenAt, 1, weight.data(), 0, scratch, h, n);
                double dot = Spans.dot(scratch, h, x.data(), at, n);
                combine(inverse, scratch, h, -dot * inverse * inverse * inverse / n, x, at, dx, n);
            }
        }
    }
}
