package io.deltarule.tornado.delta;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;

/** How the kernels form e = vector ⊙ gain and u = v ⊙ gain, and what else is asked of them: bits of one compile-time integer. */
public final class KernelFlags {
    /** The erase gain has one number per key channel (else one per value head). */
    public static final int ERASE_PER_CHANNEL = 1;
    /** The write gain has one number per value channel (else one per value head). */
    public static final int WRITE_PER_CHANNEL = 2;
    /** The erase vector is a tensor of its own with one row per value head (else it is k, one row per key head). */
    public static final int OWN_ERASE_KEY = 4;
    /** Scores: only M, for queries with one row per value head; L is left alone. */
    static final int SELECTIVE_READ = 8;
    /**
     * Scores: the keys are a chunk's pseudo-values [chunks, HV, C, K], and so is, where L is wanted, what is in the place
     * of the erase keys; queries have one row per value head.
     */
    static final int PSEUDO_VALUE_KEYS = 16;
    /** Recurrence: there are log-decays, one per value head unless... */
    static final int DECAYS = 32;
    /** ...there is one per key channel. */
    static final int DECAY_PER_CHANNEL = 64;
    /** Recurrence: pseudo-values and the states before each chunk are kept for the selective read. */
    static final int KEEP_CHUNKS = 128;

    /** The erase gain has one row per key head; without it, one per value head. */
    public static final int ERASE_GAIN_PER_KEY_HEAD = 256;
    /** Recurrence: where its signature goes in the table, for TornadoVM takes at most 20 arguments. */
    static final int SIGNATURE_SHIFT = 9;

    // From here on not for the recurrence, whose signature begins at this bit.

    /** Chunks are solved with the inverse transposed and walked from the last to the first. */
    static final int BACKWARD = 512;
    /** The result is added to what its array holds. */
    public static final int ACCUMULATE = 1024;
    /** Rows are a chunk's [chunks, HV, C, V], one per micro-step; else a token's [tokens, HV, V], at its last micro-step. */
    public static final int CHUNK_ROWS = 2048;
    /** The key vector is one per token without gain, at its last micro-step; else one per micro-step times a gain. */
    public static final int TOKEN_VECTOR = 4096;
    /** The key vector is one per micro-step without gain. */
    public static final int PLAIN_VECTOR = 8192;
    /** Gate gradient: erasing takes from what reading adds. */
    public static final int ERASES = 16384;

    private KernelFlags() {}

    /** For an erase vector of its own with one row per value head. */
    public static int of(Variant variant) {
        return (variant.eraseKey().scalarGain() ? 0 : ERASE_PER_CHANNEL)
                | (variant.writeValue().scalarGain() ? 0 : WRITE_PER_CHANNEL)
                | (variant.eraseKey().vector() == Input.K ? 0 : OWN_ERASE_KEY);
    }

    /** How the recurrence decays; other kernels take the gate's width as a number. */
    static int ofGate(Gate gate) {
        return switch (gate) {
            case NONE -> 0;
            case SCALAR -> DECAYS;
            case CHANNEL -> DECAYS | DECAY_PER_CHANNEL;
        };
    }
}
