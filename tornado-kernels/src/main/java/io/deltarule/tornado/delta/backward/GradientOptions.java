package io.deltarule.tornado.delta.backward;

/**
 * What a stage of the backward pass does besides its arithmetic.
 *
 * @param adds whether the result is added to what its array holds; else it is written
 * @param chunkRows whether rows are a chunk's [chunks, HV, C, V], one per micro-step; else a token's [tokens, HV, V], which
 *     count at its last micro-step
 * @param erases whether erasing takes from what reading adds to a gate's gradient
 */
record GradientOptions(boolean adds, boolean chunkRows, boolean erases) {
    /** A result is written, of a token's rows. */
    static final GradientOptions WRITE = new GradientOptions(false, false, false);
    /** A result is added, of a token's rows. */
    static final GradientOptions ADD = WRITE.adding(true);
    /** A result is written, of a chunk's rows. */
    static final GradientOptions WRITE_CHUNK_ROWS = new GradientOptions(false, true, false);

    /** The same with a result that is added, or not. */
    GradientOptions adding(boolean added) {
        return new GradientOptions(added, chunkRows, erases);
    }

    /** The same with what erasing takes. */
    GradientOptions erasing() {
        return new GradientOptions(adds, chunkRows, true);
    }
}
