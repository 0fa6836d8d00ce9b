package io.deltarule.tornado.graph;

/**
 * The levels of log-linear states as kernels ask for them; where a head has one state it is level 0.
 *
 * @see io.deltarule.core.Levels
 */
public final class LevelLookup {
    private LevelLookup() {}

    /** Whether a level holds anything when token t has been written. */
    public static boolean live(int t, int level) {
        return ((2 * t + 1) >> level & 1) != 0;
    }

    /**
     * The next live level above one, at least {@link Integer#SIZE} for none. Kernels go from one live level to the next instead of
     * asking each, because a barrier may stand in a loop but not behind a condition.
     */
    public static int above(int t, int level) {
        int next = level + 1;
        int bits = (2 * t + 1) >> next;
        while (bits != 0 && (bits & 1) == 0) {
            bits >>= 1;
            next++;
        }
        return bits == 0 ? Integer.SIZE : next;
    }

    /** The level at which a chunk's token sees another of its tokens, of their places in the chunk. */
    public static int of(int i, int j) {
        int level = 0;
        for (int different = i ^ j; different > 0; different >>= 1) {
            level++;
        }
        return level;
    }

    /** The level that all lower ones are merged into before token t > 0. */
    public static int mergedInto(int t) {
        int level = 1;
        while ((t >> (level - 1) & 1) == 0) {
            level++;
        }
        return level;
    }
}
