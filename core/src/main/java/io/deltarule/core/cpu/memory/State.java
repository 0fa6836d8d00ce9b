package io.deltarule.core.cpu.memory;

import java.lang.foreign.MemorySegment;

/**
 * One state [K, V] in memory, where whole vectors may be read and written: its rows are padded to whole vectors, or V is a
 * whole number of them.
 *
 * @param data the rows
 * @param stride floats from one row to the next
 */
public record State(MemorySegment data, int stride) {
    public long rowBytes() {
        return (long) stride * Float.BYTES;
    }
}
