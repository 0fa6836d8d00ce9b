package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Taps of a convolution: a channel's one after the other in weights and slots, a row of channels for each where they are used. */
public final class KernelRows {
    private KernelRows() {}

    /**
     * Makes rows of channels of them.
     *
     * @param at byte offset where the kernel begins, [width, taps]
     * @param toAt byte offset where the oldest tap's row belongs; the others follow, {@code stride} bytes apart
     */
    public static void copy(
            MemorySegment kernel, long at, int taps, int width, MemorySegment to, long toAt, long stride) {
        for (int i = 0; i < taps; i++) {
            long row = toAt + i * stride;
            long from = at + (long) i * Float.BYTES;
            for (int d = 0; d < width; d++) {
                float tap = kernel.get(ValueLayout.JAVA_FLOAT, from + (long) d * taps * Float.BYTES);
                to.set(ValueLayout.JAVA_FLOAT, row + (long) d * Float.BYTES, tap);
            }
        }
    }
}
