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
        private final SlotBuffer work; // a thread's act(z) and act'(z)

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
            this.work = z == null ? null : SlotBuffer.scratch(arena, 2 * scratch.threads(), x.width());
        }

        @Override
        public void run(BackwardRun back) {
            NormStep.weight(op, stored, weight);
            LayerRun run = back.tokens();
            int groups = x.width() / op.group();
            long bytes = (long) op.group() * Float.BYTES;
            sums.run(run, (z == null ? 8L : 16L) * x.width(), (from, to, sumsAt, slot) -> {
                for (long t = from; t < to; t++) {
                    if (z != null) {
                        slopes(x.row(t), slot);
                    }
                    for (int i = 0; i < groups; i++) {
                        group(x.row(t) + i * bytes, i * bytes, sumsAt, slot);
                    }
                }
            });
            sums.addTo(back, dw, 0, op.group());
        }

        /** act(z) and act'(z) of a row. */
        private void slopes(long at, int slot) {
            long value = work.row(2L * slot);
            long slope = work.row(2L * slot + 1);
            MemorySegment own = work.data();
            ActivationSlopes.apply(op.activation(), z.data(), at, own, value, own, slope, x.width());
        }

        private void group(long at, long inRow, long sumsAt, int slot) {
            int n = op.group();
            double mean = (double) Spans.squares(x.data(), at, n) / n;
            double inverse = 1 / Math.sqrt(mean + op.eps());
            MemorySegment value = z == null ? null : work.data();
            long valueAt = z == null ? 0 : work.row(2L * slot) + inRow;
            long slopeAt = z == null ? 0 : work.row(2L * slot + 1) + inRow;
            double dot = dx == null ? 0 : weightedDot(value, valueAt, at, n);
            float m = (float) inverse;
            if (dx != null || dw != null) {
                spread(value, valueAt, at, m, (float) (-dot * inverse * inverse * inverse / n), sumsAt, n);
            }
            if (dz != null) {
                gate(slopeAt, at, m, n);
            }
        }

        /** Σ act(z) ȳ w' x. */
        private float weightedDot(MemorySegment value, long valueAt, long at, int n) {
            FloatVector sum = FloatVector.zero(Lanes.SPECIES);
            int i = 0;
            for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
                long d = (long) i * Float.BYTES;
                FloatVector given = Lanes.load(dy.data(), at + d);
                if (value != null) {
                    given = given.mul(Lanes.load(value, valueAt + d));
                }
                sum = given.mul(Lanes.load(weight.data(), d)).fma(Lanes.load(x.data(), at + d), sum);
            }
            float rest = 0;
            for (; i < n; i++) {
                long d = (long) i * Float.BYTES;
                rest += given(value, valueAt, at, d) * number(weight.data(), d) * number(x.data(), at + d);
            }
            return Lanes.sum(sum) + rest;
        }

        private static float number(MemorySegment data, long at) {
            return data.get(ValueLayout.JAVA_FLOAT, at);
        }

        private float given(MemorySegment value, long valueAt, long at, long d) {
            return number(dy.data(), at + d) * (value == null ? 1 : number(value, valueAt + d));
        }

        /** x̄ ← m act(z) ȳ w' + r x, or added to it; w̄' gets act(z) ȳ x m. */
        private void spread(MemorySegment value, long valueAt, long at, float m, float r, long sumsAt, int n) {
            MemorySegment to = dx == null ? null : dx.buffer().data();
            boolean add = dx != null && dx.add();
            boolean sum = dw != null;
            int i = 0;
            for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
                long d = (long) i * Float.BYTES;
                FloatVector given = Lanes.load(dy.data(), at + d).mul(m);
                FloatVector in = Lanes.load(x.data(), at + d);
                if (value != null) {
                    given = given.mul(Lanes.load(value, valueAt + d));
                }
                if (sum) {
                    Lanes.store(given.fma(in, Lanes.load(sums.data(), sumsAt + d)), sums.data(), sumsAt + d);
                }
                if (to != null) {
                    FloatVector gradient = given.fma(Lanes.load(weight.data(), d), in.mul(r));
                    if (add) {
                        gradient = gradient.add(Lanes.load(to, at + d));
                    }
                    Lanes.store(gradient, to, at + d);
                }
            }
            for (; i < n; i++) {
                long d = (long) i * Float.BYTES;
                float given = m * given(value, valueAt, at, d);
                float in = number(x.data(), at + d);
                if (sum) {
                    float total = number(sums.data(), sumsAt + d) + given * in;
                    sums.data().set(ValueLayout.JAVA_FLOAT, sumsAt + d, total);
                }
                if (to != null) {
                    put(to, at + d, given * number(weight.data(), d) + in * r, add);
                }
            }
        }

        private static void put(MemorySegment to, long at, float gradient, boolean add) {
            to.set(ValueLayout.JAVA_FLOAT, at, add ? number(to, at) + gradient : gradient);
        }

        /** z̄ ← act'(z) w' x m ȳ, or added to it. */
        private void gate(long slopeAt, long at, float m, int n) {
            MemorySegment to = dz.buffer().data();
            boolean add = dz.add();
            int i = 0;
            for (; i + Lanes.COUNT <= n; i += Lanes.COUNT) {
                long d = (long) i * Float.BYTES;
                FloatVector gradient = Lanes.load(work.data(), slopeAt + d)
                        .mul(Lanes.load(weight.data(), d))
                        .mul(m)
                        .mul(Lanes.load(x.data(), at + d))
                        .mul(Lanes.load(dy.data(), at + d));
                if (add) {
                    gradient = gradient.add(Lanes.load(to, at + d));
                }
                Lanes.store(gradient, to, at + d);
            }
            for (; i < n; i++) {
                long d = (long) i * Float.BYTES;
                float slope = number(work.data(), slopeAt + d) * number(weight.data(), d) * m;
                put(to, at + d, slope * number(x.data(), at + d) * number(dy.data(), at + d), add);
            }
        }
    }

    /**
     * y = w ⊙ x̂ + b, x̂ = r (x − μ), r = 1 / √(mean (x − μ)² + eps).
     *
     * <pre>  h = w ⊙ ȳ        x̄ = r (h − mean h − x̂ mean(h x̂))        w̄ += x̂ ⊙ ȳ        b̄ += ȳ </pre>
     */
    public static BackwardStep layer(
            NormOp.LayerNorm op,
            SlotBuffer x,
            Tensor weight,
            SlotBuffer dy,
            Gradient dx,
            WeightGradient dw,
            WeightGradient db,
            BackwardScratch scratch) {
        return new Layer(op, x, weight, dy, dx, dw, db, scratch);
    }

    private static final class Layer implements BackwardStep {
        private final NormOp.LayerNorm op;
        private final SlotBuffer x;
        private final Tensor weight;
        private final SlotBuffer dy;
        private final Gradient dx;
        private final WeightGradient dw;
        private final WeightGradient db;
        private final SlotBuffer values; // w, ones
        private final SlotBuffer work; // a thread's x̂ and h of a group
        private final TokenSums sums; // [2][width]: of x̂ ⊙ ȳ, of ȳ

        Layer(
                NormOp.LayerNorm op,
                SlotBuffer x,
                Tensor weight,
                SlotBuffer dy,
                Gradient dx,
                WeightGradient dw,
                WeightGradient db,
                BackwardScratch scratch) {
            this.op = op;
            this.x = x;
            this.weight = weight;
            this.dy = dy;
            this.dx = dx;
            this.dw = dw;
            this.db = db;
            this.values = SlotBuffer.scratch(scratch.arena(), 2, x.width());
            this.work = SlotBuffer.scratch(scratch.arena(), 2 * scratch.threads(), op.group());
            this.sums = new TokenSums(2 * x.width(), scratch.arena());
        }

        @Override
        public void run(BackwardRun back) {
            for (int i = 0; i < x.width(); i++) {
                values.set(0, i, weight.get(i));
                values.set(1, i, 1);
            }
            long row = (long) x.width() * Float.BYTES;
            long bytes = (long) op.group() * Float.BYTES;
            sums.run(back.tokens(), 14L * x.width(), (from, to, sumsAt, slot) -> {
                for (long t = from; t < to; t++) {
                    for (long inRow = 0; inRow < row; inRow += bytes) {
                        group(x.row(t) + inRow, inRow, sumsAt + inRow, row, slot);
                    }
                }
            });
            sums.addTo(back, dw, 0, x.width());
            sums.addTo(back, db, x.width(), x.width());
        }

        private void group(long at, long inRow, long sumsAt, long toBias, int slot) {
            int n = op.group();
            MemorySegment own = work.data();
            long unit = work.row(2L * slot);
            long given = work.row(2L * slot + 1);
            long ones = values.row(1);
            float mean = Spans.dot(x.data(), at, values.data(), ones, n) / n;
            Spans.combine(1, x.data(), at, -mean, values.data(), ones, own, unit, n);
            float r = (float) (1 / Math.sqrt((double) Spans.squares(own, unit, n) / n + op.eps()));
            Spans.scale(own, unit, r, own, unit, n);
            if (dw != null) {
                Spans.accumulateProduct(dy.data(), at, own, unit, sums.data(), sumsAt, n);
            }
            if (db != null) {
                Spans.accumulate(1, dy.data(), at, sums.data(), sumsAt + toBias, n);
            }
            if (dx == null) {
                return;
            }
            Spans.scaleTimes(dy.data(), at, 1, values.data(), inRow, own, given, n);
            float meanGiven = Spans.dot(own, given, values.data(), ones, n) / n;
            float meanProduct = Spans.dot(own, given, own, unit, n) / n;
            Spans.accumulate(-meanGiven, values.data(), ones, own, given, n);
            Spans.accumulate(-meanProduct, own, unit, own, given, n);
            MemorySegment to = dx.buffer().data();
            if (dx.add()) {
                Spans.accumulate(r, own, given, to, at, n);
            } else {
                Spans.scale(own, given, r, to, at, n);
            }
        }
    }
}
