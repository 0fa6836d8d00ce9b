package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.ChannelOp;
import java.lang.foreign.MemorySegment;

/** The operations that only move numbers, backward. */
public final class CopyBackward {
    private CopyBackward() {}

    /** Each group's part gets ȳ, the rest nothing. */
    public static BackwardStep slice(SlotBuffer dy, Gradient dx, int groups, int offset) {
        SlotBuffer to = dx.buffer();
        int stride = to.width() / groups;
        int length = dy.width() / groups;
        return back -> back.tokens().rows(to.width(), (from, end, slot) -> {
            if (!dx.add() && length < stride) {
                to.data().asSlice(to.row(from), to.row(end - from)).fill((byte) 0);
            }
            for (long i = from * groups; i < end * groups; i++) {
                hand(dy, i * length, to, i * stride + offset, length, dx.add());
            }
        });
    }

    /** y_i = (a_i, b_i), or (a_i, b), whose b gets the sum. */
    public static BackwardStep join(ChannelOp.Join op, SlotBuffer dy, Gradient da, Gradient db) {
        int groups = op.groups();
        int first = op.firstPart();
        int second = op.secondPart();
        return back -> back.tokens().rows(dy.width(), (from, end, slot) -> {
            for (long i = from * groups; i < end * groups; i++) {
                long at = i * (first + second);
                if (da != null) {
                    hand(dy, at, da.buffer(), i * first, first, da.add());
                }
                if (db != null) {
                    boolean again = op.shared() && i % groups > 0;
                    long to = op.shared() ? i / groups : i;
                    hand(dy, at + first, db.buffer(), to * second, second, db.add() || again);
                }
            }
        });
    }

    private static void hand(SlotBuffer from, long at, SlotBuffer to, long toAt, int n, boolean add) {
        if (add) {
            Spans.accumulate(1, from.data(), at * Float.BYTES, to.data(), toAt * Float.BYTES, n);
        } else {
            MemorySegment.copy(from.data(), at * Float.BYTES, to.data(), toAt * Float.BYTES, (long) n * Float.BYTES);
        }
    }
}
