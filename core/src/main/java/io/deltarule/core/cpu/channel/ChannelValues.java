package io.deltarule.core.cpu.channel;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.SlotBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntToDoubleFunction;

/**
 * A number per channel of a row, and on past the row's end from its beginning, so that a vector may begin anywhere in a row of
 * any width.
 */
final class ChannelValues {
    private final SlotBuffer values; // [width + lanes]
    private final int width;

    ChannelValues(int width, Arena arena) {
        this.width = width;
        this.values = SlotBuffer.scratch(arena, 1, width + Lanes.COUNT);
    }

    /** Takes up what each channel's number is now. */
    void set(IntToDoubleFunction ofChannel) {
        for (int i = 0; i < width + Lanes.COUNT; i++) {
            values.set(0, i, (float) ofChannel.applyAsDouble(i % width));
        }
    }

    MemorySegment data() {
        return values.data();
    }

    /** Where in {@link #data} the number of the channel lies that is at a byte offset in a slot, in bytes. */
    long column(long at) {
        return at % ((long) width * Float.BYTES);
    }
}
