package io.deltarule.core;

import java.util.Locale;

/** How wide the log-decay g is: absent, one number per value head, or one per key channel. */
public enum Gate {
    /** No decay: G = 0. */
    NONE,
    /** One log-decay per value head, g [B, T, HV]: G = 1. */
    SCALAR,
    /** One log-decay per key channel, g [B, T, HV, K]: G = K. */
    CHANNEL;

    /**
     * The gate width G.
     *
     * @param K key channels per head
     * @return 0, 1 or K
     */
    public int width(int K) {
        return switch (this) {
            case NONE -> 0;
            case SCALAR -> 1;
            case CHANNEL -> K;
        };
    }

    /** The name used in files and on the command line: none, scalar or channel. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
