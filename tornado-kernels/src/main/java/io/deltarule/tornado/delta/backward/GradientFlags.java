package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.KernelFlags;

/** What only kernels of the backward pass are told, in bits above those of {@link KernelFlags}. */
final class GradientFlags {
    /** {@link GradientOptions#adds}. */
    static final int ACCUMULATE = KernelFlags.FIRST_FREE;
    /** {@link GradientOptions#chunkRows}. */
    static final int CHUNK_ROWS = KernelFlags.FIRST_FREE << 1;
    /** The key vector is {@link KeyChannelVector.Rows#PER_TOKEN}. */
    static final int TOKEN_VECTOR = KernelFlags.FIRST_FREE << 2;
    /** The key vector is {@link KeyChannelVector.Rows#PER_MICRO_STEP}. */
    static final int PLAIN_VECTOR = KernelFlags.FIRST_FREE << 3;
    /** {@link GradientOptions#erases}. */
    static final int ERASES = KernelFlags.FIRST_FREE << 4;

    /** {@link InputMap#ownEraseKey}: what erasing gives its vector is not part of k's gradient. */
    static final int OWN_ERASE_KEY = KernelFlags.FIRST_FREE << 5;

    /** {@link GradientOptions#newest}. */
    static final int NEWEST = KernelFlags.FIRST_FREE << 6;

    private GradientFlags() {}

    /** For the chain rule of the input map. */
    static int of(InputMap map) {
        return KernelFlags.of(map) | KernelFlags.bit(map.ownEraseKey(), OWN_ERASE_KEY);
    }

    /** For stages without a key vector. */
    static int of(GradientOptions options) {
        return KernelFlags.bit(options.adds(), ACCUMULATE)
                | KernelFlags.bit(options.chunkRows(), CHUNK_ROWS)
                | KernelFlags.bit(options.erases(), ERASES)
                | KernelFlags.bit(options.levels(), KernelFlags.LEVELS)
                | KernelFlags.bit(options.newest(), NEWEST);
    }

    /** For stages with one. */
    static int of(KeyChannelVector vector, GradientOptions options) {
        int rows = switch (vector.rows()) {
            case PER_TOKEN -> TOKEN_VECTOR;
            case PER_MICRO_STEP -> PLAIN_VECTOR;
            case TIMES_ERASE_GAIN -> KernelFlags.of(vector.map());
        };
        return rows | of(options);
    }
}
