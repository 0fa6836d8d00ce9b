package io.deltarule.models.format.family;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.models.format.weights.TensorNames;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model as a format reads it from a config: its sizes, its two programs, and what the files call their weights.
 *
 * @param vocab how many tokens the model knows
 * @param hidden width of its rows
 * @param layers how many blocks
 * @param maxPositions the longest sequence that it was made for, or 0 where the config does not say
 * @param tied whether the head uses the embedding's weight
 * @param memoryTokens rows of the embedding after the vocabulary, ids vocab, vocab + 1, …, which stand before every text
 * @param body from slot ids to the normed rows h
 * @param head from h to logits
 * @param names what the files call its weights
 */
public record ModelPrograms(
        int vocab,
        int hidden,
        int layers,
        int maxPositions,
        boolean tied,
        int memoryTokens,
        LayerProgram body,
        LayerProgram head,
        TensorNames names) {
    /** The weights of both programs, by name, with their shapes. */
    public Map<String, int[]> weights() {
        Map<String, int[]> all = new LinkedHashMap<>(body.weights());
        all.putAll(head.weights());
        return all;
    }
}
