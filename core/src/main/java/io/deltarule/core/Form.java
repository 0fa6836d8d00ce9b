package io.deltarule.core;

import java.util.Locale;

/** The two ways to compute the same numbers, and the engine's choice between them. */
public enum Form {
    /** Token by token: the fewest operations for one token (decode). */
    RECURRENT,
    /** Chunk by chunk through the WY representation: matrix products (prefill). */
    CHUNK,
    /** Whichever the engine expects to be faster, sequence by sequence where it can; see {@link DeltaEngine#form}. */
    AUTO;

    /** The name used on the command line: recurrent, chunk or auto. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
