package io.deltarule.models.format;

import java.util.List;

/**
 * A model's sizes.
 *
 * @param vocab how many tokens it knows
 * @param hidden width of its rows
 * @param layers how many blocks
 * @param maxPositions the longest sequence that it was made for, or 0 where the config does not say
 * @param eosIds tokens that end a text
 * @param tiedEmbeddings whether the head uses the embedding's weight
 */
public record ModelInfo(
        int vocab, int hidden, int layers, int maxPositions, List<Integer> eosIds, boolean tiedEmbeddings) {
    /** Copies the ids. */
    public ModelInfo {
        eosIds = List.copyOf(eosIds);
    }
}
