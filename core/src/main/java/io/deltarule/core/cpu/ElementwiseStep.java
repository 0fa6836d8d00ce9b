package io.deltarule.core.cpu;

import io.deltarule.core.layer.Activation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** The element-wise operations: each takes all rows of its slots as one run of numbers where their widths are equal. */
final class ElementwiseStep {
    /** Floats: the parts that threads take begin at whole cache lines. */
    private static final int UNIT = 1024;

    private static final int CHEAP = 1;
    private static final int WITH_EXP = 8;

    private ElementwiseStep() {}

    /** y = factor · act(x). */
    static LayerStep map(SlotBuffer x, SlotBuffer y, Activation act, float factor) {
        return run -> run.split((long) run.tokens() * x.width(), UNIT, WITH_EXP, (from, to) -> {
            MemorySegment a = x.data();
            MemorySegment b = y.data();
            for (long at = from * Float.BYTES; at < to * Float.BYTES; at += Lanes.BYTES) {
                Lanes.store(Activations.apply(act, Lanes.load(a, at)).mul(factor), b, at);
            }
        });
    }

    /** y = a + b. */
    static LayerStep add(SlotBuffer a, SlotBuffer b, SlotBuffer y) {
        return run -> run.split((long) run.tokens() * a.width(), UNIT, CHEAP, (from, to) -> {
            MemorySegment one = a.data();
            MemorySegment other = b.data();
            MemorySegment sum = y.data();
            for (long at = from * Float.BYTES; at < to * Float.BYTES; at += Lanes.BYTES) {
                Lanes.store(Lanes.load(one, at).add(Lanes.load(other, at)), sum, at);
            }
        });
    }

    /** y = x ⊙ act(z). */
    static LayerStep multiply(SlotBuffer x, SlotBuffer z, SlotBuffer y, Activation act) {
        int group = x.width() / z.width();
        if (group > 1) {
            return run -> run.rows(x.width(), (from, to) -> {
                for (long i = from * z.width(); i < to * z.width(); i++) {
                    float gate = Activations.apply(act, number(z, i));
                    long at = i * group * Float.BYTES;
                    Spans.scale(x.data(), at, gate, y.data(), at, group);
                }
            });
        }
        return run -> run.split((long) run.tokens() * x.width(), UNIT, WITH_EXP, (from, to) -> {
            MemorySegment a = x.data();
            MemorySegment gate = z.data();
            MemorySegment b = y.data();
            for (long at = from * Float.BYTES; at < to * Float.BYTES; at += Lanes.BYTES) {
                Lanes.store(Lanes.load(a, at).mul(Activations.apply(act, Lanes.load(gate, at))), b, at);
            }
        });
    }

    /** γ = sigmoid(z): y = γ ⊙ x + (1 − γ) ⊙ o, or y = o + γ ⊙ x. */
    static LayerStep mixReads(SlotBuffer o, SlotBuffer x, SlotBuffer z, SlotBuffer y, boolean additive) {
        int group = x.width() / z.width();
        if (group > 1) {
            return run -> run.rows(x.width(), (from, to) -> {
                for (long i = from * z.width(); i < to * z.width(); i++) {
                    float gate = Activations.sigmoid(number(z, i));
                    long at = i * group * Float.BYTES;
                    Spans.combine(gate, x.data(), at, additive ? 1 : 1 - gate, o.data(), at, y.data(), at, group);
                }
            });
        }
        return run -> run.split((long) run.tokens() * x.width(), UNIT, WITH_EXP, (from, to) -> {
            MemorySegment linear = o.data();
            MemorySegment cross = x.data();
            MemorySegment gates = z.data();
            MemorySegment mixed = y.data();
            for (long at = from * Float.BYTES; at < to * Float.BYTES; at += Lanes.BYTES) {
                FloatVector gate = Activations.sigmoid(Lanes.load(gates, at));
                FloatVector first = Lanes.load(linear, at);
                FloatVector second = Lanes.load(cross, at);
                Lanes.store(additive ? gate.fma(second, first) : gate.fma(second.sub(first), first), mixed, at);
            }
        });
    }

    private static float number(SlotBuffer slot, long index) {
        return slot.data().get(ValueLayout.JAVA_FLOAT, index * Float.BYTES);
    }
}
