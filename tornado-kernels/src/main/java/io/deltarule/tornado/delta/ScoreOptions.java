package io.deltarule.tornado.delta;

/**
 * Which scores of a chunk are wanted, and of what.
 *
 * @param readOnly whether only M is wanted, for queries with one row per value head; L and erase keys are left alone
 * @param pseudoValueKeys whether the keys are a chunk's pseudo-values [chunks, HV, C, K], and so is, where L is wanted, what
 *     stands in the place of the erase keys; queries have one row per value head
 * @param map how the erase keys are formed, where they are
 */
record ScoreOptions(boolean readOnly, boolean pseudoValueKeys, InputMap map) {
    /** M of queries with one row per value head against the keys. */
    static final ScoreOptions READ = new ScoreOptions(true, false, InputMap.NO_GAINS);
    /** M of rows of values against pseudo-values. */
    static final ScoreOptions OVERLAPS = new ScoreOptions(true, true, InputMap.NO_GAINS);
    /** The same, and L of a chunk's rows of values against the pseudo-values before them. */
    static final ScoreOptions OVERLAPS_OF_TWO = new ScoreOptions(false, true, InputMap.NO_GAINS);

    /** L of the write and M of the linear read. */
    static ScoreOptions writeAndRead(InputMap map) {
        return new ScoreOptions(false, false, map);
    }
}
