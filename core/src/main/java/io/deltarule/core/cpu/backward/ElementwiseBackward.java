package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.LimitedProduct;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.Activation;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The element-wise operations backward: each takes all rows of its slots as one run of numbers where their widths are equal, in
 * spans that stay in the cache from sweep to sweep. Whole vectors may run past the last row, where slots are padded.
 */
public final class ElementwiseBackward {
    private static final int CHEAP = 2;
    private static final int WITH_EXP = 8;

    /** Numbers of a span, from a byte offset on. */
    private interface Span {
        void run(long at, int n, int slot);
    }

    private ElementwiseBackward() {}

    private static void spans(LayerRun run, int width, int operations, Span body) {
        run.split((long) run.tokens() * width, Activations.SPAN, operations, (from, to, slot) -> {
            for (long i = from; i < to; i += Activations.SPAN) {
                int n = (int) Math.min(Activations.SPAN, to - i);
                body.run(i * Float.BYTES, (n + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT, slot);
            }
        });
    }

    /** y = factor · act(x): x̄ = factor ȳ act'(x). */
    public static BackwardStep activate(
            SlotBuffer x, SlotBuffer dy, Gradient dx, Activation act, float factor, BackwardScratch scratch) {
        MemorySegment work = scratch.spans().data();
        return back -> spans(back.tokens(), x.width(), WITH_EXP, (at, n, slot) -> {
            long slope = scratch.span(slot, 1);
            ActivationSlopes.apply(act, x.data(), at, work, scratch.span(slot, 0), work, slope, n);
            product(dy.data(), at, work, slope, factor, dx.buffer().data(), at, n, dx.add());
        });
    }

    /** y = a + b: ā = b̄ = ȳ. */
    public static BackwardStep add(SlotBuffer dy, Gradient da, Gradient db) {
        return back -> spans(back.tokens(), dy.width(), CHEAP, (at, n, slot) -> {
            give(dy.data(), at, da, n);
            give(dy.data(), at, db, n);
        });
    }

    /** y_h = Σ a_hd b_hd: ā_hd = ȳ_h b_hd, b̄_hd = ȳ_h a_hd. */
    public static BackwardStep headDot(SlotBuffer a, SlotBuffer b, SlotBuffer dy, Gradient da, Gradient db) {
        int head = a.width() / dy.width();
        return back -> back.tokens().rows(4L * a.width(), (from, to, slot) -> {
            for (long i = from * dy.width(); i < to * dy.width(); i++) {
                long at = i * head * Float.BYTES;
                scaled(b, at, dy.get(0, i), da, head);
                scaled(a, at, dy.get(0, i), db, head);
            }
        });
    }

    /** A gradient that is handed on as it is. */
    private static void give(MemorySegment dy, long at, Gradient to, int n) {
        if (to == null) {
            return;
        }
        MemorySegment data = to.buffer().data();
        if (to.add()) {
            addTo(dy, at, data, at, n);
        } else {
            MemorySegment.copy(dy, at, data, at, (long) n * Float.BYTES);
        }
    }

    /** to += a, for whole vectors. */
    static void addTo(MemorySegment a, long at, MemorySegment to, long toAt, int n) {
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(to, toAt + d).add(Lanes.load(a, at + d)), to, toAt + d);
        }
    }

    /** A gradient that lies apart is added to that of its slot. */
    public static BackwardStep added(SlotBuffer apart, SlotBuffer to) {
        return back ->
                spans(back.tokens(), to.width(), CHEAP, (at, n, slot) -> addTo(apart.data(), at, to.data(), at, n));
    }

    /** to ← factor · a ⊙ b, or to += that, for whole vectors. */
    private static void product(
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            float factor,
            MemorySegment to,
            long toAt,
            int n,
            boolean add) {
        long bytes = (long) n * Float.BYTES;
        if (add) {
            for (long d = 0; d < bytes; d += Lanes.BYTES) {
                FloatVector x = Lanes.load(a, aAt + d).mul(factor);
                Lanes.store(x.fma(Lanes.load(b, bAt + d), Lanes.load(to, toAt + d)), to, toAt + d);
            }
            return;
        }
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(a, aAt + d).mul(factor).mul(Lanes.load(b, bAt + d)), to, toAt + d);
        }
    }

    /** y = x ⊙ act(z): x̄ = ȳ ⊙ act(z), z̄ = ȳ ⊙ x ⊙ act'(z); of a factor that a limit cuts the slope is 0. */
    public static BackwardStep multiply(
            SlotBuffer x,
            SlotBuffer z,
            SlotBuffer dy,
            Gradient dx,
            Gradient dz,
            Activation act,
            float limit,
            BackwardScratch scratch) {
        int group = x.width() / z.width();
        if (group > 1) {
            return back -> back.tokens().rows(3L * x.width(), (from, to, slot) -> {
                for (long i = from * z.width(); i < to * z.width(); i++) {
                    long at = i * group * Float.BYTES;
                    float gate = z.get(0, i);
                    scaled(dy, at, Activations.apply(act, gate), dx, group);
                    if (dz != null) {
                        float sum = Spans.dot(dy.data(), at, x.data(), at, group);
                        put(dz, i, sum * ActivationSlopes.slope(act, gate));
                    }
                }
            });
        }
        MemorySegment work = scratch.spans().data();
        return back -> spans(back.tokens(), x.width(), WITH_EXP, (at, n, slot) -> {
            long value = scratch.span(slot, 0);
            long slope = scratch.span(slot, 1);
            ActivationSlopes.apply(act, z.data(), at, work, value, work, slope, n);
            boolean limited = limit < Float.POSITIVE_INFINITY;
            if (limited) {
                LimitedProduct.slopes(x.data(), at, work, value, work, slope, limit, n);
            }
            if (dz != null && limited) {
                product(dy.data(), at, work, slope, 1, dz.buffer().data(), at, n, dz.add());
            } else if (dz != null) {
                gate(dy.data(), x.data(), at, work, slope, dz.buffer().data(), n, dz.add());
            }
            if (dx != null) {
                product(dy.data(), at, work, value, 1, dx.buffer().data(), at, n, dx.add());
            }
        });
    }

    /** to ← ȳ ⊙ x ⊙ slope, or to += that, for whole vectors. */
    private static void gate(
            MemorySegment dy,
            MemorySegment x,
            long at,
            MemorySegment slope,
            long slopeAt,
            MemorySegment to,
            int n,
            boolean add) {
        long bytes = (long) n * Float.BYTES;
        for (long d = 0; d < bytes; d += Lanes.BYTES) {
            FloatVector gradient =
                    Lanes.load(dy, at + d).mul(Lanes.load(x, at + d)).mul(Lanes.load(slope, slopeAt + d));
            if (add) {
                gradient = gradient.add(Lanes.load(to, at + d));
            }
            Lanes.store(gradient, to, at + d);
        }
    }

    /** γ = sigmoid(z), y = γ x + (1 − γ) o or o + γ x: x̄ = γ ȳ, ō = (1 − γ) ȳ or ȳ, z̄ = ȳ (x − o or x) γ (1 − γ). */
    public static BackwardStep mixReads(
            SlotBuffer o,
            SlotBuffer x,
            SlotBuffer z,
            SlotBuffer dy,
            Gradient dO,
            Gradient dx,
            Gradient dz,
            boolean additive) {
        int group = x.width() / z.width();
        return back -> back.tokens().rows(8L * x.width(), (from, to, slot) -> {
            for (long i = from * z.width(); i < to * z.width(); i++) {
                long at = i * group * Float.BYTES;
                float gate = Activations.sigmoid(z.get(0, i));
                scaled(dy, at, gate, dx, group);
                scaled(dy, at, additive ? 1 : 1 - gate, dO, group);
                if (dz != null) {
                    float sum = Spans.dot(dy.data(), at, x.data(), at, group);
                    float minus = additive ? 0 : Spans.dot(dy.data(), at, o.data(), at, group);
                    put(dz, i, (sum - minus) * gate * (1 - gate));
                }
            }
        });
    }

    /** to ← factor · ȳ for n numbers at their own place, or += that. */
    static void scaled(SlotBuffer dy, long at, float factor, Gradient to, int n) {
        if (to == null) {
            return;
        }
        if (to.add()) {
            Spans.accumulate(factor, dy.data(), at, to.buffer().data(), at, n);
        } else {
            Spans.scale(dy.data(), at, factor, to.buffer().data(), at, n);
        }
    }

    private static void put(Gradient to, long index, float gradient) {
        to.buffer().set(0, index, to.add() ? to.buffer().get(0, index) + gradient : gradient);
    }
}
