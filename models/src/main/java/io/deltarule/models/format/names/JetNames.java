package io.deltarule.models.format.names;

import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;

/**
 * Jet-Nemotron's names, which are those of the programs.
 *
 * @param tied whether the head uses the embedding's weight
 */
public record JetNames(boolean tied) implements TensorNames {
    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        return List.of(WeightSource.of(weight, dims));
    }

    @Override
    public String ignored(String name) {
        if (tied && name.equals(HEAD)) {
            return TIED_HEAD;
        }
        return name.endsWith("rotary_emb.inv_freq") ? "follows from rope_theta" : null;
    }
}
