package io.deltarule.core.engine;

/** How log-linear operations cut a sequence into chunks: at positions where whole blocks of the levels begin and end. */
public final class LevelChunks {
    private LevelChunks() {}

    /**
     * The length of the chunk that begins at a position: the longest power of two that divides it, is not above a limit, and
     * leaves the sequence's last token to a chunk of its own, after which nothing is merged.
     *
     * @param position tokens that the sequence has had
     * @param left tokens that the run still has before the last one, 0 where it is next
     * @param most tokens per chunk, at least 1
     * @return 1, 2, 4, …
     */
    public static int length(int position, int left, int most) {
        if (left < 1) {
            return 1;
        }
        int longest = Math.min(Integer.highestOneBit(left), Integer.highestOneBit(most));
        return position == 0 ? longest : Math.min(longest, Integer.lowestOneBit(position));
    }
}
