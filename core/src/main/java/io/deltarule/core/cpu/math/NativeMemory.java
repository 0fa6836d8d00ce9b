package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * All memory as one segment, whose offsets are addresses. A loop over a segment of its own has its bounds checked where the
 * JIT cannot move the checks out: before each loop over a row, and that of a decode step is as short as a row. Of a sum of an
 * address and a small offset the JIT knows that it is within this one, and checks nothing. So whoever uses it looks at the
 * bounds beforehand, by {@link #address}.
 */
public final class NativeMemory {
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Bits of an address; {@code address & MASK} is what tells the JIT that a small offset more stays within {@link #ALL}. */
    public static final long MASK = Long.MAX_VALUE >> 2;

    private NativeMemory() {}

    /**
     * The address of some bytes of an off-heap segment, which must stay alive for as long as it is used.
     *
     * @throws IndexOutOfBoundsException if the segment does not have them
     */
    public static long address(MemorySegment data, long at, long bytes) {
        Objects.checkFromIndexSize(at, bytes, data.byteSize());
        if (!data.isNative()) {
            throw new IllegalArgumentException("expected off-heap memory");
        }
        return data.address() + at;
    }
}
