package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.LimitedProduct;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.layer.Activation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The element-wise operations: each takes all rows of its slots as one run of numbers where their widths are equal, in
 * spans that stay in the cache from sweep to sweep. Whole vectors may run past the last row, where slots are padded.
 */
public final class ElementwiseStep {
    private static final int CHEAP = 1;
    private static final int WITH_EXP = 4;

    /** Numbers of a span, from a byte offset on. */
    private interface Span {
        void run(long at, int n);
    }

    private ElementwiseStep() {}

    private static void spans(LayerRun run, int width, int operations, Span body) {
        spans(run, run.tokens(), width, operations, body);
    }

    private static void spans(LayerRun run, int rows, int width, int operations, Span body) {
        run.split((long) rows * width, Activations.SPAN, operations, (from, to, slot) -> {
            for (long i = from; i < to; i += Activations.SPAN) {
                int n = (int) Math.min(Activations.SPAN, to - i);
                body.run(i * Float.BYTES, (n + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT);
            }
        });
    }

    /** y = factor · act(x). */
    public static LayerStep activate(SlotBuffer x, SlotBuffer y, Activation act, float factor) {
        return run -> spans(run, x.width(), WITH_EXP, (at, n) -> {
            Activations.apply(act, x.data(), at, y.data(), at, n);
            if (factor != 1) {
                Spans.scale(y.data(), at, factor, y.data(), at, n);
            }
        });
    }

    /** y = a + b. */
    public static LayerStep add(SlotBuffer a, SlotBuffer b, SlotBuffer y) {
        return run -> spans(run, a.width(), CHEAP, (at, n) -> sum(a.data(), b.data(), y.data(), at, n));
    }

    private static void sum(MemorySegment a, MemorySegment b, MemorySegment y, long at, int n) {
        long end = at + (long) n * Float.BYTES;
        for (long d = at; d < end; d += Lanes.BYTES) {
            Lanes.store(Lanes.load(a, d).add(Lanes.load(b, d)), y, d);
        }
    }

    /** y_h = Σ a_hd b_hd. */
    public static LayerStep headDot(SlotBuffer a, SlotBuffer b, SlotBuffer y) {
        int head = a.width() / y.width();
        return run -> run.rows(2L * a.width(), (from, to, slot) -> {
            for (long i = from * y.width(); i < to * y.width(); i++) {
                long at = i * head * Float.BYTES;
                y.set(0, i, Spans.dot(a.data(), at, b.data(), at, head));
            }
        });
    }

    /** y = x ⊙ act(z), with a limit or an infinite one. */
    public static LayerStep multiply(SlotBuffer x, SlotBuffer z, SlotBuffer y, Activation act, float limit) {
        int group = x.width() / z.width();
        if (group > 1) {
            return run -> run.rows(x.width(), (from, to, slot) -> {
                for (long i = from * z.width(); i < to * z.width(); i++) {
                    float gate = Activations.apply(act, number(z, i));
                    long at = i * group * Float.BYTES;
                    Spans.scale(x.data(), at, gate, y.data(), at, group);
                }
            });
        }
        return run -> multiply(run, run.tokens(), x, z, y, act, limit);
    }

    /** The same for the first rows of slots of one width. */
    public static void multiply(
            LayerRun run, int rows, SlotBuffer x, SlotBuffer z, SlotBuffer y, Activation act, float limit) {
        spans(run, rows, x.width(), WITH_EXP, (at, n) -> {
            Activations.apply(act, z.data(), at, y.data(), at, n);
            if (limit < Float.POSITIVE_INFINITY) {
                LimitedProduct.apply(x.data(), at, y.data(), at, limit, n);
            } else {
                Spans.scaleTimes(x.data(), at, 1, y.data(), at, y.data(), at, n);
            }
        });
    }

    /** γ = sigmoid(z): y = γ ⊙ x + (1 − γ) ⊙ o, or y = o + γ ⊙ x. */
    public static LayerStep mixReads(SlotBuffer o, SlotBuffer x, SlotBuffer z, SlotBuffer y, boolean additive) {
        int group = x.width() / z.width();
        if (group > 1) {
            return run -> run.rows(x.width(), (from, to, slot) -> {
                for (long i = from * z.width(); i < to * z.width(); i++) {
                    float gate = Activations.sigmoid(number(z, i));
                    long at = i * group * Float.BYTES;
                    Spans.combine(gate, x.data(), at, additive ? 1 : 1 - gate, o.data(), at, y.data(), at, group);
                }
            });
        }
        return run -> spans(run, x.width(), WITH_EXP, (at, n) -> {
            Activations.apply(Activation.SIGMOID, z.data(), at, y.data(), at, n);
            mix(o.data(), x.data(), y.data(), at, n, additive);
        });
    }

    /** y, the gate, ← the mixture. */
    private static void mix(MemorySegment o, MemorySegment x, MemorySegment y, long at, int n, boolean additive) {
        long end = at + (long) n * Float.BYTES;
        for (long d = at; d < end; d += Lanes.BYTES) {
            FloatVector gate = Lanes.load(y, d);
            FloatVector linear = Lanes.load(o, d);
            FloatVector cross = Lanes.load(x, d);
            Lanes.store(gate.fma(additive ? cross : cross.sub(linear), linear), y, d);
        }
    }

    private static float number(SlotBuffer slot, long index) {
        return slot.data().get(ValueLayout.JAVA_FLOAT, index * Float.BYTES);
    }
}
