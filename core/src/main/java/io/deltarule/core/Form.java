package io.deltarule.core;

import java.util.Locale;

/** The two ways to compute the same numbers. */
public enum Form {
    /** Token by token: the fewest operations for one token (decode). */
    RECURRENT,
    /** Chunk by chunk through the WY representation: matrix products (prefill). */
    CHUNK;

    /** The name used on the command line: recurrent or chunk. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
