package io.deltarule.tornado.delta.backward;

/**
 * What a stage of the backward pass does besides its arithmetic.
 *
 * @param adds whether the result is added to what its array holds; else it is written
 * @param chunkRows whether rows are a chunk's [chunks, HV, C, V], one per micro-step; else a token's [tokens, HV, V], which
 *     count at its last micro-step
 * @param erases whether erasing takes from what reading adds to a gate's gradient
 * @param levels whether a chunk has several, log-linear, states, which the stage takes one by one or sums over
 * @param newest whether the state that the chunk itself writes is one of them
 */
record GradientOptions(boolean adds, boolean chunkRows, boolean erases, boolean levels, boolean newest) {
    /** A result is written, of a token's rows. */
    static final GradientOptions WRITE = new GradientOptions(false, false, false, false, false);
    /** A result is added, of a token's rows. */
    static final GradientOptions ADD = WRITE.adding(true);
    /** A result is written, of a chunk's rows. */
    static final GradientOptions WRITE_CHUNK_ROWS = new GradientOptions(false, true, false, false, false);

    /** The same with a result that is added, or not. */
    GradientOptions adding(boolean added) {
        return new GradientOptions(added, chunkRows, erases, levels, newest);
    }

    /** The same with what erasing takes. */
    GradientOptions erasing() {
        return new GradientOptions(adds, chunkRows, true, levels, newest);
    }

    /** The same over the log-linear states from before the chunk, or over one state. */
    GradientOptions levels(boolean several) {
        return new GradientOptions(adds, chunkRows, erases, several, false);
    }

    /** The same over all log-linear states of the chunk, or over one state. */
    GradientOptions allLevels(boolean several) {
        return new GradientOptions(adds, chunkRows, erases, several, several);
    }
}
