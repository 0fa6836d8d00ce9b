package io.deltarule.tornado;

import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Variant;

/** How the kernels form e = vector ⊙ gain and u = v ⊙ gain, and what else is asked of them: bits of one compile-time integer. */
final class Terms {
    /** The erase gain has one number per key channel (else one per value head). */
    static final int ERASE_PER_CHANNEL = 1;
    /** The write gain has one number per value channel (else one per value head). */
    static final int WRITE_PER_CHANNEL = 2;
    /** The erase vector is a tensor of its own with one row per value head (else it is k, one row per key head). */
    static final int OWN_ERASE_KEY = 4;
    /** Scores: only M, for queries with one row per value head; L is left alone. */
    static final int SELECTIVE_READ = 8;
    /** Scores: the keys are a chunk's pseudo-values [chunks, HV, C, K]. */
    static final int PSEUDO_VALUE_KEYS = 16;
    /** Recurrence: there are log-decays, one per value head unless... */
    static final int DECAYS = 32;
    /** ...there is one per key channel. */
    static final int DECAY_PER_CHANNEL = 64;
    /** Recurrence: pseudo-values and the states before each chunk are kept for the selective read. */
    static final int KEEP_CHUNKS = 128;

    /** The erase gain has one row per key head; without it, one per value head. */
    static final int ERASE_GAIN_PER_KEY_HEAD = 256;
    /** Recurrence: where its signature goes in the table, for TornadoVM takes at most 20 arguments. */
    static final int SIGNATURE_SHIFT = 9;

    private Terms() {}

    /** For an erase vector of its own with one row per value head. */
    static int of(Variant variant) {
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
