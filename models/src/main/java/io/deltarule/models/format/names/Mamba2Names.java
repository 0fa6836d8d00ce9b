package io.deltarule.models.format.names;

import io.deltarule.models.Mamba2Config;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;

/**
 * Names of Mamba-2 models: {@code backbone.} before them, {@code norm_f} for the last norm, and {@code embedding} for {@code
 * embeddings} in older files.
 *
 * @param config of the layers
 * @param tied whether the head uses the embedding's weight
 */
public record Mamba2Names(Mamba2Config config, boolean tied) implements TensorNames {
    private static final String OWN = "model.";
    private static final String BACKBONE = "backbone.";
    private static final String MIXER = ".mixer.";

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        if (weight.equals(HEAD)) {
            return List.of(WeightSource.of(weight, dims));
        }
        String name = BACKBONE + weight.substring(OWN.length());
        if (name.equals(BACKBONE + "embeddings.weight")) {
            return List.of(WeightSource.of(name, dims), WeightSource.of(BACKBONE + "embedding.weight", dims));
        }
        if (name.equals(BACKBONE + "norm.weight")) {
            return List.of(WeightSource.of(BACKBONE + "norm_f.weight", dims));
        }
        int mixer = name.indexOf(MIXER);
        if (mixer < 0) {
            return List.of(WeightSource.of(name, dims));
        }
        int end = mixer + MIXER.length();
        return List.of(new Mamba2Rows(config).source(name.substring(0, end), name.substring(end), dims));
    }

    @Override
    public String ignored(String name) {
        return tied && name.equals(HEAD) ? TIED_HEAD : null;
    }
}
