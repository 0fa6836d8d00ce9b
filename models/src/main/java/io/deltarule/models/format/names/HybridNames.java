package io.deltarule.models.format.names;

import io.deltarule.models.Mamba2Config;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.List;
import java.util.Map;

/**
 * Names of this library's own hybrids: the programs' own, a mixer's weights after the name of its kind, but for Mamba-2's
 * projections and convolutions, which lie together as in published files.
 *
 * @param mamba the Mamba-2 kinds, by name
 * @param tied whether the head uses the embedding's weight
 */
public record HybridNames(Map<String, Mamba2Config> mamba, boolean tied) implements TensorNames {
    /** Copies the kinds. */
    public HybridNames {
        mamba = Map.copyOf(mamba);
    }

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        for (Map.Entry<String, Mamba2Config> kind : mamba.entrySet()) {
            int mixer = weight.indexOf("." + kind.getKey() + ".");
            if (mixer >= 0) {
                int end = mixer + kind.getKey().length() + 2;
                return List.of(
                        new Mamba2Rows(kind.getValue()).source(weight.substring(0, end), weight.substring(end), dims));
            }
        }
        return List.of(
                weight.endsWith("conv1d.weight")
                        ? WeightSource.of(weight, dims[0], 1, dims[1])
                        : WeightSource.of(weight, dims));
    }

    @Override
    public String ignored(String name) {
        return tied && name.equals(HEAD) ? TIED_HEAD : null;
    }
}
