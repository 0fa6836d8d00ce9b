package io.deltarule.tornado.delta;

import io.deltarule.core.Gate;
import io.deltarule.tornado.quirks.PackedSignature;

/**
 * What kernels are told besides sizes: bits of one integer, which TornadoVM compiles in as a constant. A kernel can take no
 * object, so launches hold records that say it by name, and here they become bits; kernels read them. A kernel reads those that
 * its Javadoc names.
 */
public final class KernelFlags {
    /** The erase gain has one number per key channel; without it, one per row. */
    public static final int ERASE_GAIN_PER_CHANNEL = 1;
    /** The write gain has one number per value channel; without it, one per value head. */
    public static final int WRITE_GAIN_PER_CHANNEL = 2;
    /** The erase vector has one row per value head; without it, one per key head. */
    public static final int ERASE_ROW_PER_VALUE_HEAD = 4;
    /** There is no erase key: nothing of it is read, and what is only made of it is not made. */
    public static final int NOTHING_ERASED = 8;
    /** There are log-linear states: a head has one per level, and the run table says how many and which are live. */
    public static final int LEVELS = 16;
    /** Recurrence: there are log-decays. */
    static final int DECAYS = 32;
    /** Recurrence: log-decays have one number per key channel; without it, one per value head. */
    static final int DECAY_PER_CHANNEL = 64;
    /** Recurrence: pseudo-values and the state before each chunk are kept for the selective read. */
    static final int KEEP_CHUNKS = 128;
    /** The erase gain has one row per key head; without it, one per value head. */
    public static final int ERASE_GAIN_PER_KEY_HEAD = 256;

    /**
     * Solve and states: chunks are solved with the inverse transposed and walked from the last to the first. The recurrence
     * knows neither this bit nor any above it, because its signature's place begins here: {@link PackedSignature}.
     */
    static final int BACKWARD = 1 << PackedSignature.SHIFT;

    /** Scores: {@link ScoreOptions#queriesPerValueHead}. */
    static final int QUERY_ROW_PER_VALUE_HEAD = BACKWARD << 1;
    /** Scores: {@link ScoreOptions#pseudoValueKeys}. */
    static final int PSEUDO_VALUE_KEYS = BACKWARD << 2;

    /** States: a walk through a segment begins with what {@link SegmentStartKernel} left in its place. */
    static final int SEGMENTS = BACKWARD << 3;
    /** States: a walk finds what its segment makes of any state. */
    static final int SEGMENT_MAPS = BACKWARD << 4;

    /** States: keys have 16 bits, and are held so on their way. */
    static final int SIXTEEN = BACKWARD << 5;

    /** The first of the bits that kernels of the backward pass may use for themselves. */
    public static final int FIRST_FREE = BACKWARD << 6;

    private KernelFlags() {}

    /** For kernels that form erase keys or write values. */
    public static int of(InputMap map) {
        return bit(!map.erases(), NOTHING_ERASED)
                | bit(map.eraseRowPerValueHead(), ERASE_ROW_PER_VALUE_HEAD)
                | bit(map.eraseGainPerChannel(), ERASE_GAIN_PER_CHANNEL)
                | bit(map.eraseGainPerKeyHead(), ERASE_GAIN_PER_KEY_HEAD)
                | bit(map.writeGainPerChannel(), WRITE_GAIN_PER_CHANNEL);
    }

    /** For the solve of a forward or a backward pass. */
    static int of(InputMap map, boolean backward) {
        return of(map) | bit(backward, BACKWARD);
    }

    /** For the states of either. */
    static int of(InputMap map, boolean backward, boolean levels) {
        return of(map, backward) | bit(levels, LEVELS);
    }

    /** For scores. */
    static int of(ScoreOptions options) {
        return of(options.map())
                | bit(options.queriesPerValueHead(), QUERY_ROW_PER_VALUE_HEAD)
                | bit(options.pseudoValueKeys(), PSEUDO_VALUE_KEYS)
                | bit(options.levels(), LEVELS);
    }

    /** For the recurrence; other kernels take the gate's width as a number. */
    static int of(InputMap map, Gate gate, boolean keepsChunks, boolean levels) {
        return of(map)
                | bit(levels, LEVELS)
                | bit(gate != Gate.NONE, DECAYS)
                | bit(gate == Gate.CHANNEL, DECAY_PER_CHANNEL)
                | bit(keepsChunks, KEEP_CHUNKS);
    }

    /** A bit where a condition holds. */
    public static int bit(boolean holds, int bit) {
        return holds ? bit : 0;
    }
}
