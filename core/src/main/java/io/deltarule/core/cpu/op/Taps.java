package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.KernelRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The taps of a short convolution as rows of channels, oldest first: learned ones, or those that each token brings. */
interface Taps {
    /** Where the rows lie. */
    MemorySegment data();

    /**
     * Byte offset of a token's oldest tap's row; the others follow, {@link #stride} bytes apart.
     *
     * @param slot the thread's scratch, which holds the rows until it asks again
     */
    long at(long token, int slot);

    /** Bytes from a row to the next. */
    long stride();

    /** Takes up what learned taps are now. */
    void refresh();

    /**
     * The same for all tokens.
     *
     * @param weight [width, taps]
     */
    static Taps learned(Tensor weight, int taps, int width, Arena arena) {
        SlotBuffer rows = SlotBuffer.scratch(arena, taps, width);
        return new Taps() {
            @Override
            public MemorySegment data() {
                return rows.data();
            }

            @Override
            public long at(long token, int slot) {
                return 0;
            }

            @Override
            public long stride() {
                return rows.row(1);
            }

            @Override
            public void refresh() {
                KernelRows.copy(weight.data(), 0, taps, width, rows.data(), 0, rows.row(1));
            }
        };
    }

    /**
     * A token's own.
     *
     * @param kernels a row per token, [width, taps]
     */
    static Taps ofTokens(SlotBuffer kernels, int taps, int width, int threads, Arena arena) {
        SlotBuffer rows = SlotBuffer.scratch(arena, threads * taps, width);
        return new Taps() {
            @Override
            public MemorySegment data() {
                return rows.data();
            }

            @Override
            public long at(long token, int slot) {
                long at = rows.row((long) slot * taps);
                KernelRows.copy(kernels.data(), kernels.row(token), taps, width, rows.data(), at, rows.row(1));
                return at;
            }

            @Override
            public long stride() {
                return rows.row(1);
            }

            @Override
            public void refresh() {} // slots are read when they are asked for
        };
    }
}
