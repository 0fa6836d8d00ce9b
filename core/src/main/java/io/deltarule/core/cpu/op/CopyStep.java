package io.deltarule.core.cpu.op;

import io.deltarule.core.layer.ChannelOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The operations that only move numbers, or set them. */
public final class CopyStep {
    private CopyStep() {}

    /** y = table[id]; the ids were checked when the run began. */
    public static LayerStep embedding(SlotBuffer ids, LayerWeight table, SlotBuffer y) {
        return run -> {
            for (long t = 0; t < run.tokens(); t++) {
                long id = (long) ids.data().get(ValueLayout.JAVA_FLOAT, ids.row(t));
                table.copy(id * y.width(), y.width(), y.data(), y.row(t));
            }
        };
    }

    /** y[i·length + j] = x[i·stride + offset + j]. */
    public static LayerStep slice(SlotBuffer x, SlotBuffer y, int groups, int offset) {
        int stride = x.width() / groups;
        int length = y.width() / groups;
        return run -> run.rows(y.width(), (from, to, slot) -> {
            for (long i = from * groups; i < to * groups; i++) {
                MemorySegment.copy(
                        x.data(),
                        (i * stride + offset) * Float.BYTES,
                        y.data(),
                        i * length * Float.BYTES,
                        (long) length * Float.BYTES);
            }
        });
    }

    /** y_i = (a_i, b_i), or (a_i, b). */
    public static LayerStep join(ChannelOp.Join op, SlotBuffer a, SlotBuffer b, SlotBuffer y) {
        int groups = op.groups();
        long first = (long) op.firstPart() * Float.BYTES;
        long second = (long) op.secondPart() * Float.BYTES;
        return run -> run.rows(y.width(), (from, to, slot) -> {
            for (long i = from * groups; i < to * groups; i++) {
                long of = op.shared() ? i / groups : i;
                MemorySegment.copy(a.data(), i * first, y.data(), i * (first + second), first);
                MemorySegment.copy(b.data(), of * second, y.data(), i * (first + second) + first, second);
            }
        });
    }

    /** y = value. */
    public static LayerStep constant(double value, SlotBuffer y) {
        return run -> {
            for (long i = 0; i < (long) run.tokens() * y.width(); i++) {
                y.data().set(ValueLayout.JAVA_FLOAT, i * Float.BYTES, (float) value);
            }
        };
    }
}
