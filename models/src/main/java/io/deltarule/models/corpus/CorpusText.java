package io.deltarule.models.corpus;

import java.io.Serializable;

/**
 * One text of a corpus.
 *
 * @param text what is scored, gone on with or embedded; null is a bad row
 * @param prefix a text that comes before it and that other texts may share: what it leaves is computed once and kept. Null for none
 * @param key what tells this text from others, for its seed: it draws the same numbers wherever it is computed
 */
public record CorpusText(String text, String prefix, String key) implements Serializable {
    /** Without a prefix; its key is the text itself. */
    public static CorpusText of(String text) {
        return new CorpusText(text, null, String.valueOf(text));
    }
}
