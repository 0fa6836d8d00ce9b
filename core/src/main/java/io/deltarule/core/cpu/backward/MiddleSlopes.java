package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.layer.Activation;
import java.lang.foreign.MemorySegment;

/** What is in the middle of an expert, for one token, in spans that fit a thread's scratch. */
final class MiddleSlopes {
    private MiddleSlopes() {}

    /**
     * p ← u ⊙ SiLU(g), g ← w h ⊙ u ⊙ SiLU'(g), u ← w h ⊙ SiLU(g), all of n numbers from a byte offset on.
     *
     * @param p overwritten
     */
    static void run(
            MemorySegment g,
            MemorySegment u,
            MemorySegment p,
            MemorySegment h,
            long begin,
            float w,
            int n,
            BackwardScratch scratch,
            int slot) {
        MemorySegment work = scratch.spans().data();
        long value = scratch.span(slot, 0);
        long slope = scratch.span(slot, 1);
        for (int i = 0; i < n; i += Activations.SPAN) {
            int some = Math.min(Activations.SPAN, n - i);
            long at = begin + (long) i * Float.BYTES;
            ActivationSlopes.apply(Activation.SILU, g, at, work, value, work, slope, some);
            Spans.scaleTimes(u, at, 1, work, value, p, at, some);
            Spans.scaleTimes(u, at, w, work, slope, g, at, some);
            Spans.scaleTimes(g, at, 1, h, at, g, at, some);
            Spans.scaleTimes(h, at, w, work, value, u, at, some);
        }
    }
}
