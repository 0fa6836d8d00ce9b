package io.deltarule.core.cpu.block;

import java.lang.foreign.MemorySegment;

/** The 12 bytes of a block of Q4_K or Q5_K that hold 6 bits of scale and 6 of minimum for each of eight parts. */
final class PartScales {
    private static final int LOW_6 = 0x3f3f3f3f;
    private static final int LOW_4 = 0x0f0f0f0f;
    private static final int LOW_2 = 0x03030303;

    private PartScales() {}

    /** The eight scales, the first in the lowest byte. */
    static long scales(MemorySegment w, long at) {
        int first = w.get(BlockRows.INT, at);
        int last = w.get(BlockRows.INT, at + 8);
        return join(first & LOW_6, (last & LOW_4) | ((first >>> 6 & LOW_2) << 4));
    }

    /** The eight minima. */
    static long minima(MemorySegment w, long at) {
        int second = w.get(BlockRows.INT, at + 4);
        int last = w.get(BlockRows.INT, at + 8);
        return join(second & LOW_6, ((last >>> 4) & LOW_4) | ((second >>> 6 & LOW_2) << 4));
    }

    private static long join(int lower, int upper) {
        return Integer.toUnsignedLong(lower) | ((long) upper << 32);
    }
}
