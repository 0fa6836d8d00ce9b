package io.deltarule.models.corpus;

/**
 * A text as tokens.
 *
 * @param prefix what comes before, empty for nothing
 * @param ids its own
 * @param key for its seed
 */
@SuppressWarnings("ArrayRecordComponent") // never modified
public record EncodedText(int[] prefix, int[] ids, String key) {}
