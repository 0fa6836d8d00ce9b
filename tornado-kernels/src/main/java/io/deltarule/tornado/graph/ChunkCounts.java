package io.deltarule.tornado.graph;

import io.deltarule.core.DeltaShape;

/**
 * How many chunks and states any run of a capacity can have, which arrays are sized for.
 *
 * <p>Log-linear states are cut by {@code LevelChunks}: a sequence has chunks of 2^c tokens, at its beginning and at its end at most one of
 * each smaller power of two, and its last token is alone. A chunk of 2^b tokens begins where the lowest b levels hold nothing.
 */
public final class ChunkCounts {
    private ChunkCounts() {}

    /** The tokens of a log-linear chunk that may have so many micro-steps: a power of two, at least 1. */
    static int tokens(int householders, int longest) {
        return Integer.highestOneBit(Math.max(1, longest / householders));
    }

    /**
     * The most chunks; each sequence may end in a partial one.
     *
     * @param longest micro-steps per chunk, 0 for no chunks
     */
    public static int chunks(DeltaShape capacity, int longest) {
        if (longest == 0) {
            return 0;
        }
        if (!capacity.logLinear()) {
            return capacity.microTokens() / longest + capacity.sequences();
        }
        int tokens = tokens(capacity.householders(), longest);
        long partial = 1 + 2L * Integer.numberOfTrailingZeros(tokens);
        long most = capacity.tokens() / tokens + capacity.sequences() * partial;
        return (int) Math.max(1, Math.min(capacity.tokens(), most));
    }

    /** The most walks: sequences, or segments of so many chunks, one of which may be short in each sequence. */
    public static int walks(DeltaShape capacity, int longest, int segment) {
        return capacity.sequences() + (segment == 0 ? 0 : chunks(capacity, longest) / segment);
    }

    /** The most states of levels above 0 that chunks begin with, all chunks together; 0 where a head has one state. */
    public static int live(DeltaShape capacity, int longest) {
        if (longest == 0 || !capacity.logLinear()) {
            return 0;
        }
        int tokens = tokens(capacity.householders(), longest);
        int above = capacity.levels() - 1;
        long partial = above;
        int bit = 0;
        for (; 1 << bit < tokens; bit++) {
            partial += 2L * Math.max(0, above - bit);
        }
        long most = (long) (capacity.tokens() / tokens) * Math.max(0, above - bit) + capacity.sequences() * partial;
        return Math.toIntExact(Math.min((long) capacity.tokens() * above, most));
    }
}
