package io.deltarule.models.corpus;

import java.io.Serializable;
import java.util.List;

/**
 * What is computed of each text.
 *
 * @param <R> its result
 */
public sealed interface CorpusTask<R> extends Serializable permits Scoring, Generation, Embedding {
    /** The fewest tokens that a text must have, its prefix not counted where {@code prefixed} is false. */
    int least(boolean prefixed);

    /** How many tokens may be added to a text. */
    default int added() {
        return 0;
    }

    /** Whether a text longer than the context is taken in windows; else it is a bad row. */
    default boolean inWindows() {
        return false;
    }

    /** Whether the logits of all tokens are needed. */
    default boolean allLogits() {
        return false;
    }

    /**
     * Computes the results of texts that fit one session together.
     *
     * @param reader reads texts into a session
     * @param texts each with its prefix within the session's context
     */
    List<R> run(RunReader reader, List<EncodedText> texts);
}
