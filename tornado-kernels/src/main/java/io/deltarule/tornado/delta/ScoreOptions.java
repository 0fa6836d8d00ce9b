package io.deltarule.tornado.delta;

/**
 * Which scores of a chunk are wanted, and of what.
 *
 * @param queriesPerValueHead whether queries have one row per value head; else one per key head
 * @param pseudoValueKeys whether the keys are a chunk's pseudo-values [chunks, HV, C, K], and so is, where L is wanted, what
 *     stands in the place of the erase keys
 * @param map how the erase keys are formed; where nothing erases only M is wanted, and L and erase keys are left alone
 * @param levels whether the pseudo-values are those of log-linear states: the scores are sums over a chunk's states
 */
record ScoreOptions(boolean queriesPerValueHead, boolean pseudoValueKeys, InputMap map, boolean levels) {
    /** M of queries with one row per value head against the keys. */
    static final ScoreOptions READ = new ScoreOptions(true, false, InputMap.NO_ERASE_KEY, false);
    /** M of rows of values against pseudo-values. */
    static final ScoreOptions OVERLAPS = new ScoreOptions(true, true, InputMap.NO_ERASE_KEY, false);
    /** The same, and L of a chunk's rows of values against the pseudo-values before them. */
    static final ScoreOptions OVERLAPS_OF_TWO = new ScoreOptions(true, true, InputMap.NO_GAINS, false);

    /** L of the write, where it erases, and M of the linear read. */
    static ScoreOptions writeAndRead(InputMap map) {
        return new ScoreOptions(false, false, map, false);
    }

    /** The same over the states of all levels, or of one. */
    ScoreOptions withLevels(boolean all) {
        return new ScoreOptions(queriesPerValueHead, pseudoValueKeys, map, all);
    }
}
