package io.deltarule.models.format;

import io.deltarule.models.format.family.ModelPrograms;
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
 * @param memoryTokens learned tokens that stand before every text and are no part of it: ids vocab, vocab + 1, …
 */
public record ModelInfo(
        int vocab,
        int hidden,
        int layers,
        int maxPositions,
        List<Integer> eosIds,
        boolean tiedEmbeddings,
        int memoryTokens) {
    /** Copies the ids. */
    public ModelInfo {
        eosIds = List.copyOf(eosIds);
    }

    /** The sizes of what a format read, with the ids that end a text. */
    static ModelInfo of(ModelPrograms programs, List<Integer> eosIds) {
        return new ModelInfo(
                programs.vocab(),
                programs.hidden(),
                programs.layers(),
                programs.maxPositions(),
                eosIds,
                programs.tied(),
                programs.memoryTokens());
    }
}
